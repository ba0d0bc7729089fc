#pragma once
// The training loop, and the measurement on images that it has not seen.
#include <gradus/core/random.h>
#include <gradus/data/labelled_images.h>
#include <gradus/data/loader.h>
#include <gradus/nn/module.h>
#include <gradus/optim/optimizer.h>

#include <functional>

#include "train_mnist/options.h"

namespace train_mnist {

/// How good the predictions for some images were.
struct Score {
  double loss = 0;      ///< mean cross entropy of an image, in nats
  double accuracy = 0;  ///< share of images whose likeliest class is the right one, 0 to 1
};

/// The mean of scores of batches of different sizes.
struct RunningScore {
  double loss = 0;   ///< sum over images
  double right = 0;  ///< images whose likeliest class is the right one
  Index images = 0;

  void add(const Score& score, Index more);
  Score mean() const;
};

/// Where the training stands: with it, the model and the optimizer it goes on as if it had never
/// stopped.
struct Progress {
  Index epoch = 0;     ///< the current one, from 1
  Index batches = 0;   ///< of it that are done
  Index steps = 0;     ///< taken in all epochs
  Index images = 0;    ///< seen in all epochs
  double seconds = 0;  ///< spent on all steps, with the making of their batches
  Score score;         ///< of the current epoch's images so far, each measured before it was learnt
  RunningScore epoch_score = {};
};

/// Thrown through train() and evaluate() when the user wants the run to end.
struct Interrupted {};

/// What happens along the way; each may do nothing.
struct Callbacks {
  std::function<void(const Progress&)> after_step = [](const Progress&) {};
  std::function<void(const Progress&)> after_epoch = [](const Progress&) {};
  /// Where the run could stop and go on later: behind each step, and behind after_epoch.
  std::function<void(const Progress&)> at_position = [](const Progress&) {};
  std::function<void(const gradus::optim::Explanation&)> explained =
      [](const gradus::optim::Explanation&) {};
};

/// Trains `model` on `set` as the options ask, in an order that `rng` makes, from the start or from
/// where an earlier call stood, whose model and optimizer these must be.  Returns where it ended.
/// Throws Error, naming the step and the first parameter whose gradient is infinite or NaN, before
/// that step is taken if the loss is.
Progress train(gradus::nn::Module& model, gradus::optim::OptimizerBase& optimizer,
               const gradus::data::LabelledImages& set, const Options& options, gradus::Rng rng,
               const Callbacks& callbacks, Progress progress = {});

/// The score of the model as it is.  Throws Error if the loss is infinite or NaN, and Interrupted
/// once `stop` is true.
Score evaluate(
    gradus::nn::Module& model, const gradus::data::LabelledImages& set,
    const std::function<bool()>& stop = [] { return false; });

}  // namespace train_mnist
