#pragma once
// What people see of a run: the start lines, a progress bar on a terminal, a line an epoch, the
// result.  With --json only the result goes to stdout, all else to stderr.
#include <gradus/train/progress.h>

#include "train_mnist/result.h"

namespace train_mnist {

class Report {
 public:
  explicit Report(const Options& options);
  ~Report() { end_bar(); }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  /// What is trained on what, and how.
  void start(const std::string& dataset, const std::string& model);
  /// From where a checkpoint lets it go on.
  void resumed(const Progress& progress);
  /// Something that does not end the run; it goes to stderr.
  void warning(const std::string& message);
  /// That it ended early, and how it goes on.
  void interrupted(const Progress& progress);
  /// Draws the bar where it is due.
  void step(const Progress& progress, Index all_steps);
  void epoch(const Progress& progress, const Score& test);
  void explanation(const gradus::optim::Explanation& explanation);
  void result(const Result& result);

 private:
  void say(const std::string& line);
  void end_bar();

  const Options& options_;
  std::FILE* notes_;  // where all but the result goes
  gradus::train::ProgressBar bar_;
};

}  // namespace train_mnist
