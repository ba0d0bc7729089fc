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

/// [batch, ...] -> [batch, product of the rest].
struct Flatten : Module {
  Tensor forward(const Tensor& x) override;
};

}  // namespace gradus::nn
