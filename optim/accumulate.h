#pragma once
// Gradient accumulation: a step for every n micro-batches, with the mean of their gradients, where
// a batch n times as large would not fit into memory.
//
//   optim::Accumulation accumulation(opt, 4);
//   for (const auto& batch : loader) {
//     loss(net, batch).backward();    // adds to the gradients that are there
//     if (accumulation.step()) {      // true each fourth time
//       ema.update();
//     }
//   }
//   accumulation.flush();             // a last group of fewer
//
//   g <- (g_1 + ... + g_n) / n
//
// That is the gradient of the large batch if each loss is the mean over its micro-batch and all of
// them are of one size; of unequal ones it is the mean of means.  A micro-batch that leaves a
// parameter without gradient counts as 0 for it; a parameter that none reaches is left alone.
//
// By hand in PyTorch it is (loss / n).backward() and every n times step() and zero_grad(): the same
// numbers up to rounding, and the same bits if n is a power of two, but a last group of k < n gives
// a gradient that is k / n of the mean, if its step is not forgotten.  Here that is divided by k.
//
// The optimizer knows nothing of micro-batches: its count of steps, and with it schedules and bias
// corrections, advances at real steps alone.  (In Keras, with gradient_accumulation_steps,
// schedules see the count of micro-batches and so run n times as fast; what is left over waits for
// the next epoch.)
#include <gradus/core/parameter.h>

#include <concepts>
#include <functional>

namespace gradus::optim {

/// What can be accumulated for: every optimizer.
template <class O>
concept Stepper = requires(O& optimizer) {
  { optimizer.parameters() } -> std::convertible_to<Parameters>;
  optimizer.step();
  optimizer.zero_grad();
};

/// Throws ValueError unless there is at least one micro-batch for a step.
void check_micro_batches(Index micro_batches);
/// Divides the gradients that there are by a count, in place.
void divide_gradients(const Parameters& parameters, Index count);

template <Stepper O>
class Accumulation {
 public:
  /// Called with all parameters when their gradients are the mean, just before the step: the place
  /// for clip_grad_norm().
  using BeforeStep = std::function<void(const Parameters&)>;

  /// The optimizer must outlive this.  Throws ValueError unless micro_batches is at least 1.
  Accumulation(O& optimizer, Index micro_batches, BeforeStep before_step = {})
      : optimizer_(optimizer), micro_batches_(micro_batches), before_step_(std::move(before_step)) {
    check_micro_batches(micro_batches);
  }

  /// To be called after the backward() of each micro-batch.  After the last of a group takes the
  /// step, drops the gradients and returns true; otherwise does nothing and returns false.
  bool step() {
    ++pending_;
    return pending_ >= micro_batches_ && flush();
  }

  /// Takes the step for the micro-batches since the last one, if there are any; returns whether it
  /// did.  If the optimizer's step or what is called before it throws, the gradients already are
  /// the mean and stay; pending() is then 1, and another flush() divides by no more than that.
  bool flush() {
    if (pending_ == 0) {
      return false;
    }
    const Parameters parameters = optimizer_.parameters();
    divide_gradients(parameters, pending_);
    pending_ = 1;
    if (before_step_) {
      before_step_(parameters);
    }
    optimizer_.step();
    optimizer_.zero_grad();
    pending_ = 0;
    return true;
  }

  /// Drops the gradients of the micro-batches since the last step, as if they had not been: where
  /// one of them was not finite, say, and what is called before the step threw.
  void discard() {
    optimizer_.zero_grad();
    pending_ = 0;
  }

  /// How many micro-batches there were since the last step.
  Index pending() const { return pending_; }

 private:
  O& optimizer_;
  Index micro_batches_;
  BeforeStep before_step_;
  Index pending_ = 0;
};

}  // namespace gradus::optim
