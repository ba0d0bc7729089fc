#pragma once
// When a run saves, and to which files.
#include <functional>

#include "train_mnist/run_state.h"

namespace train_mnist {

class Saver {
 public:
  using Warn = std::function<void(const std::string&)>;

  /// `warn` is told what went wrong with a save that another one may make good.
  Saver(const Options& options, Warn warn) : options_(options), warn_(std::move(warn)) {}

  /// Comes first, where the run begins or goes on.  If that is the end of a best epoch which an
  /// earlier run could not save, saves it.
  void begin(const RunState& state, gradus::nn::Module& model,
             const gradus::optim::OptimizerBase& optimizer);
  /// Saves if it is time: after so many steps, or at the end of an epoch; the best one at the end
  /// of its epoch.
  void at_position(const RunState& state, gradus::nn::Module& model,
                   const gradus::optim::OptimizerBase& optimizer);
  /// Saves what at_position() did not.  Throws FileError if the last state is not in the file, or
  /// not in those to keep.
  void finish(const RunState& state, gradus::nn::Module& model,
              const gradus::optim::OptimizerBase& optimizer);

 private:
  /// All that is due; `failed` is told of each file that is not written.
  void save(const RunState& state, gradus::nn::Module& model,
            const gradus::optim::OptimizerBase& optimizer, bool is_due, const Warn& failed);

  const Options& options_;
  Warn warn_;
  bool is_clean_ = false;     // of what killed runs left
  Index saved_steps_ = -1;    // which the file has, and FILE.STEP if it is to be kept
  Index saved_batches_ = -1;  // likewise
  double saved_best_ = -1;    // accuracy of FILE.best
};

/// Of the files "FILE.<digits>" up to the one of `steps`, removes all but the last `keep`.  Those
/// with higher numbers are another run's.  One that is not a checkpoint of that step stays, though
/// it counts: the names belong to the program.
void remove_older(const std::string& file, Index steps, Index keep);

}  // namespace train_mnist
