#include "train_mnist/training.h"

#include <gradus/autograd/backward.h>
#include <gradus/data/augment.h>
#include <gradus/nn/loss.h>
#include <gradus/optim/check_gradients.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace train_mnist {
namespace {

using namespace gradus;

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

void require_finite(const Tensor& loss, const Progress& progress,
                    const optim::OptimizerBase& optimizer) {
  if (std::isfinite(loss.item())) {
    return;
  }
  const std::string where =
      join({"the loss of step ", progress.steps, " (epoch ", progress.epoch, ") is ", loss.item()});
  optim::check_gradients(optimizer, where);
  fail<Error>({where, ", though every gradient is finite; a lower --lr may help"});
}

/// What the network sees of the images, distorted anew in every epoch; empty for "none".
data::Transform augmentation(const std::string& name) {
  if (name == "none") {
    return {};
  }
  data::Distortion distortion{.shift = 2, .background = -data::kMnistMean / data::kMnistStddev};
  if (name == "distort") {
    distortion.rotation = 10;
    distortion.scale = 0.1;
    distortion.shear = 0.1;
    distortion.elastic = 1.5;
  }
  return [distortion](data::Batch& batch, Rng& rng) {
    batch.x = data::distort(batch.x, distortion, rng);
  };
}

}  // namespace

void RunningScore::add(const Score& score, Index more) {
  loss += score.loss * static_cast<double>(more);
  right += score.accuracy * static_cast<double>(more);
  images += more;
}

Score RunningScore::mean() const {
  const auto n = static_cast<double>(images);
  return {loss / n, right / n};
}

Progress train(nn::Module& model, optim::OptimizerBase& optimizer, const data::LabelledImages& set,
               const Options& options, Rng rng, const Callbacks& callbacks, Progress progress) {
  data::DataLoader loader(
      set, {.batch_size = options.batch_size, .transform = augmentation(options.augment)}, rng);
  if (options.rate_falls) {
    for (const std::string& option : falling_options(options.rule)) {
      optimizer.schedule_factor(
          option, optim::schedule::polynomial(1, {.total = options.epochs * loader.batches()}));
    }
  }

  model.train();
  progress.epoch = std::max<Index>(progress.epoch, 1);
  while (progress.epoch <= options.epochs) {
    Stopwatch watch;
    const double seconds_before = progress.seconds;
    for (const data::Batch& batch : loader.epoch(progress.epoch - 1, progress.batches)) {
      const Tensor logits = model(batch.x);
      const Tensor loss = nn::cross_entropy(logits, batch.y);
      optimizer.zero_grad();
      loss.backward();
      ++progress.steps;
      require_finite(loss, progress, optimizer);
      if (options.explain && options.explain->step == progress.steps) {
        callbacks.explained(
            optimizer.explain_step(options.explain->parameter, options.explain->index));
      } else {
        optimizer.step();
      }

      progress.images += batch.size();
      progress.epoch_score.add({loss.item(), nn::accuracy(logits, batch.y)}, batch.size());
      progress.score = progress.epoch_score.mean();
      progress.seconds = seconds_before + watch.seconds();
      ++progress.batches;
      callbacks.after_step(progress);
      callbacks.at_position(progress);
    }
    callbacks.after_epoch(progress);
    ++progress.epoch;
    progress.batches = 0;
    progress.epoch_score = {};
    callbacks.at_position(progress);
  }
  --progress.epoch;
  return progress;
}

Score evaluate(nn::Module& model, const data::LabelledImages& set,
               const std::function<bool()>& stop) {
  const NoGrad no_grad;
  const bool was_training = model.is_training();
  model.eval();
  data::DataLoader loader(set, {.batch_size = 1000, .shuffle = false});
  RunningScore score;
  for (const data::Batch& batch : loader) {
    if (stop()) {
      model.train(was_training);
      throw Interrupted();
    }
    const Tensor logits = model(batch.x);
    score.add({nn::cross_entropy(logits, batch.y).item(), nn::accuracy(logits, batch.y)},
              batch.size());
  }
  model.train(was_training);
  const Score mean = score.mean();
  require<Error>(std::isfinite(mean.loss), "the mean loss of the ", loader.samples(),
                 " images of the evaluation is ", mean.loss, "; a lower --lr may help");
  return mean;
}

}  // namespace train_mnist
