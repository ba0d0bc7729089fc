#pragma once
// When a run saves, and to which files.
#include <functional>

#include "train_mnist/run_state.h"

namespace train_mnist {

class Saver {
 public:
  /// `warn` is told what went wrong with a save that another one will make good.
  Saver(const Options& options, std::function<void(const std::string&)> warn)
      : options_(options), warn_(std::move(warn)) {}

  /// Saves if it is time: after so many steps, or at the end of an epoch; the best one at the end
  /// of its epoch.
  void at_position(const RunState& state, gradus::nn::Module& model,
                   const gradus::optim::OptimizerBase& optimizer);
  /// Saves what at_position() did not.  Throws FileError if the last state is not in the file.
  void finish(const RunState& state, gradus::nn::Module& model,
              const gradus::optim::OptimizerBase& optimizer);

 private:
  void save(const RunState& state, gradus::nn::Module& model,
            const gradus::optim::OptimizerBase& optimizer);
  void save_best(const RunState& state, gradus::nn::Module& model,
                 const gradus::optim::OptimizerBase& optimizer);

  const Options& options_;
  std::function<void(const std::string&)> warn_;
  Index saved_steps_ = -1;    // which the file has
  Index saved_batches_ = -1;  // likewise
  double saved_best_ = -1;    // accuracy of FILE.best, as far as this run knows
};

/// Of the files "FILE.<digits>" up to the one of `steps`, removes all but the last `keep`.  Those
/// with higher numbers are another run's.
void remove_older(const std::string& file, Index steps, Index keep);

}  // namespace train_mnist
