#pragma once
// Numbers that belong to channels, the second dimension of [batch, channels, ...].
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/view.h>

namespace gradus::nn {

/// v, [channels], so that it broadcasts over x: [channels, 1, ...].
inline Tensor per_channel(const Tensor& v, const Tensor& x) {
  Shape shape = {v.size(0)};
  for (int d = 2; d < x.rank(); ++d) {
    shape.push_back(1);
  }
  return reshape(v, shape);
}

/// x weight + bias, both of [channels] or undefined.
inline Tensor scale_and_shift(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor scaled = weight ? x * per_channel(weight, x) : x;
  return bias ? scaled + per_channel(bias, x) : scaled;
}

}  // namespace gradus::nn
