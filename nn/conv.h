#pragma once
// Convolutions with parameters, named and shaped as PyTorch's.  weight and bias start uniform in
// +- 1 / sqrt(fan_in), PyTorch's default, fan_in being the numbers that one output sees (for
// ConvTranspose2d out / groups times the kernel, as PyTorch counts it).
#include <gradus/autograd/ops/conv.h>
#include <gradus/core/random.h>
#include <gradus/nn/module.h>
#include <gradus/nn/pool.h>

namespace gradus::nn {

/// x: [batch, in, height, width] -> [batch, out, rows, columns].
/// Parameters: weight [out, in / groups, kernel height, kernel width], bias [out].
///
///   nn::Conv2d conv(1, 32, 3, {.padding = 1}, rng);
class Conv2d : public Module {
 public:
  Tensor weight;
  Tensor bias;  ///< undefined without bias

  /// Throws ValueError unless in, out, kernel and groups are at least 1 and groups divides in and
  /// out.
  Conv2d(Index in, Index out, const Size2& kernel, const Conv2dOptions& options, Rng& rng,
         bool with_bias = true);
  Conv2d(Index in, Index out, const Size2& kernel, Rng& rng) : Conv2d(in, out, kernel, {}, rng) {}

  Tensor forward(const Tensor& x) override { return conv2d(x, weight, bias, options_); }
  /// relu() of what the layer gives for x: the same numbers, in one operation (conv2d_relu) unless
  /// hooks or a watcher (autograd/watch.h) would see what goes from one to the other.
  Tensor with_relu(const Tensor& x);
  /// pool() of that, likewise in one operation (conv2d_relu_max_pool2d) unless somebody would see
  /// it.
  Tensor with_relu_and_max_pool(const Tensor& x, MaxPool2d& pool);
  void fields(Fields& visit) override;

  const Conv2dOptions& options() const { return options_; }

 private:
  Conv2dOptions options_;
};

/// x: [batch, in, length] -> [batch, out, places].
/// Parameters: weight [out, in / groups, kernel], bias [out].
class Conv1d : public Module {
 public:
  Tensor weight;
  Tensor bias;  ///< undefined without bias

  /// Throws as Conv2d.
  Conv1d(Index in, Index out, Index kernel, const Conv1dOptions& options, Rng& rng,
         bool with_bias = true);
  Conv1d(Index in, Index out, Index kernel, Rng& rng) : Conv1d(in, out, kernel, {}, rng) {}

  Tensor forward(const Tensor& x) override { return conv1d(x, weight, bias, options_); }
  void fields(Fields& visit) override;

  const Conv1dOptions& options() const { return options_; }

 private:
  Conv1dOptions options_;
};

/// x: [batch, in, height, width] -> [batch, out, rows, columns], larger by the stride.
/// Parameters: weight [in, out / groups, kernel height, kernel width], bias [out].
class ConvTranspose2d : public Module {
 public:
  Tensor weight;
  Tensor bias;  ///< undefined without bias

  /// Throws as Conv2d.
  ConvTranspose2d(Index in, Index out, const Size2& kernel, const ConvTranspose2dOptions& options,
                  Rng& rng, bool with_bias = true);
  ConvTranspose2d(Index in, Index out, const Size2& kernel, Rng& rng)
      : ConvTranspose2d(in, out, kernel, {}, rng) {}

  Tensor forward(const Tensor& x) override { return conv_transpose2d(x, weight, bias, options_); }
  void fields(Fields& visit) override;

  const ConvTranspose2dOptions& options() const { return options_; }

 private:
  ConvTranspose2dOptions options_;
};

}  // namespace gradus::nn
