#pragma once
// Functions of each element, for f32 and f64.
#include <gradus/core/tensor.h>

namespace gradus {

Tensor exp(const Tensor& x);
/// The natural logarithm: -infinity of 0, NaN below.
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
/// |x|; the derivative at 0 is 0.
Tensor abs(const Tensor& x);
/// x^exponent, as std::pow.
Tensor pow(const Tensor& x, double exponent);

/// max(x, 0); the derivative at 0 is 0.
Tensor relu(const Tensor& x);
/// 1 / (1 + e^-x)
Tensor sigmoid(const Tensor& x);
Tensor tanh(const Tensor& x);

}  // namespace gradus
