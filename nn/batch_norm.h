#pragma once
#include <gradus/nn/module.h>

#include <optional>

namespace gradus::nn {

struct BatchNormOptions {
  double eps = 1e-5;
  /// The share of the newest batch in the running statistics (Keras's momentum is 1 minus this);
  /// none for the plain mean over all batches.
  std::optional<double> momentum = 0.1;
  bool affine = true;  ///< has weight and bias
};

/// Each channel to mean 0 and variance 1 over batch and places, then scaled and shifted:
///   y = (x - mean) / sqrt(var + eps) weight + bias
/// In training by the mean and (biased) variance of the batch, which also move running_mean and
/// running_var (the unbiased one, as in PyTorch); in evaluation by those.  A batch in training must
/// have more than one value for each channel.
///
/// Parameters, named as PyTorch's: weight [channels], ones at first, and bias [channels], zeros.
/// Buffers: running_mean, zeros; running_var, ones; num_batches_tracked, i64 [].
/// Ioffe, Szegedy: Batch normalization. ICML 2015, arXiv:1502.03167.
class BatchNorm : public Module {
 public:
  Tensor weight;
  Tensor bias;
  Tensor running_mean;
  Tensor running_var;
  Tensor num_batches_tracked;

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;

 protected:
  /// Throws ValueError unless channels is at least 1, eps positive and momentum from 0 to 1.
  BatchNorm(const char* name, Index channels, const BatchNormOptions& options);
  /// Throws ShapeError unless the layer takes x.
  virtual void check_rank(const Tensor& x) const = 0;
  [[noreturn]] void fail_shape(const Tensor& x, const char* expected) const;

 private:
  void track(const Tensor& x);

  const char* name_;
  BatchNormOptions options_;
};

/// x: [batch, channels] or [batch, channels, length].
class BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(Index channels, const BatchNormOptions& options = {})
      : BatchNorm("BatchNorm1d", channels, options) {}

 private:
  void check_rank(const Tensor& x) const override;
};

/// x: [batch, channels, height, width].
class BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(Index channels, const BatchNormOptions& options = {})
      : BatchNorm("BatchNorm2d", channels, options) {}

 private:
  void check_rank(const Tensor& x) const override;
};

}  // namespace gradus::nn
