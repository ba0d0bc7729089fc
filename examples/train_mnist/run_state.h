#pragma once
// A run of this program as a checkpoint, and back.
#include <gradus/train/checkpoint.h>

#include "train_mnist/options.h"
#include "train_mnist/training.h"

namespace train_mnist {

/// Where a run stands, beside its model and its optimizer.
struct RunState {
  Progress progress;
  Score test;                 ///< of the last epoch that was evaluated
  double best_accuracy = -1;  ///< of all epochs that were evaluated, in files of --keep of those
                              ///< that were saved as the best; -1 before the first
  std::string data;           ///< fingerprint() of the data
};

gradus::train::Checkpoint to_checkpoint(const Options& options, const RunState& state,
                                        gradus::nn::Module& model,
                                        const gradus::optim::OptimizerBase& optimizer);

/// Puts model and optimizer where the run stood.  Throws FileError, naming the file, if the
/// checkpoint is not one of such a run, and UsageError if `options` end before it or explain a step
/// before it.
RunState resume(const gradus::train::Checkpoint& saved, const Options& options,
                gradus::nn::Module& model, gradus::optim::OptimizerBase& optimizer);

/// Throws UsageError unless `data`, the fingerprint() of the data there are, is that of the run in
/// the file `path`.
void require_same_data(const RunState& state, const std::string& data, const std::string& path);

}  // namespace train_mnist
