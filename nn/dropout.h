#pragma once
#include <gradus/core/random.h>
#include <gradus/nn/module.h>

namespace gradus::nn {

/// In training, each element becomes 0 with probability p and the others are divided by 1 - p; in
/// evaluation nothing changes.
/// Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout. JMLR 15, 2014, scaled in
/// training ("inverted") as in PyTorch and Keras.
class Dropout : public Module {
 public:
  /// Splits its own numbers off `rng`.  Throws ValueError unless 0 <= p <= 1.
  Dropout(double p, Rng& rng);

  Tensor forward(const Tensor& x) override;

  double p() const { return p_; }
  /// Whether it now returns what it gets.
  bool is_identity() const { return p_ == 0 || !is_training(); }
  /// Where its numbers come from.
  Rng& rng() { return rng_; }

 private:
  double p_;
  Rng rng_;
};

}  // namespace gradus::nn
