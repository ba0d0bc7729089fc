#pragma once
// Functions as layers, for Sequential.
#include <gradus/nn/module.h>

namespace gradus::nn {

struct ReLU : Module {
  Tensor forward(const Tensor& x) override;
};

struct Sigmoid : Module {
  Tensor forward(const Tensor& x) override;
};

struct Tanh : Module {
  Tensor forward(const Tensor& x) override;
};

// Those of autograd/ops/activations.h, with PyTorch's defaults.

struct LeakyReLU : Module {
  double negative_slope = 0.01;

  LeakyReLU() = default;
  explicit LeakyReLU(double slope) : negative_slope(slope) {}
  Tensor forward(const Tensor& x) override;
};

struct ELU : Module {
  double alpha = 1;

  ELU() = default;
  explicit ELU(double a) : alpha(a) {}
  Tensor forward(const Tensor& x) override;
};

struct GELU : Module {
  enum class Approximate { none, tanh };
  Approximate approximate = Approximate::none;

  GELU() = default;
  explicit GELU(Approximate a) : approximate(a) {}
  Tensor forward(const Tensor& x) override;
};

struct SiLU : Module {
  Tensor forward(const Tensor& x) override;
};

struct Softplus : Module {
  double beta = 1;
  double threshold = 20;

  Softplus() = default;
  /// Throws ValueError unless beta > 0.
  explicit Softplus(double b, double t = 20);
  Tensor forward(const Tensor& x) override;
};

/// [batch, ...] -> [batch, product of the rest].
struct Flatten : Module {
  Tensor forward(const Tensor& x) override;
};

}  // namespace gradus::nn
