#pragma once
// Functions of each element, for f32 and f64.
#include <gradus/core/tensor.h>

namespace gradus {

Tensor exp(const Tensor& x);
/// The natural logarithm: -infinity of 0, NaN below.
Tensor log(const Tensor& x);
/// ln(1 + x) and e^x - 1, exact to rounding also where x is tiny.
Tensor log1p(const Tensor& x);
Tensor expm1(const Tensor& x);
/// NaN below 0; the derivative at 0 is infinite.
Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x): infinite at 0.
Tensor rsqrt(const Tensor& x);
/// |x|; the derivative at 0 is 0.
Tensor abs(const Tensor& x);
/// -1, 0 or 1, with derivative 0.  NaN of NaN, as in NumPy (PyTorch: 0).
Tensor sign(const Tensor& x);
/// x^exponent, as std::pow: more in autograd/ops/powers.h.
Tensor pow(const Tensor& x, double exponent);

/// max(x, 0); the derivative at 0 is 0.
Tensor relu(const Tensor& x);
/// 1 / (1 + e^-x)
Tensor sigmoid(const Tensor& x);
Tensor tanh(const Tensor& x);
/// The error function: 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.
Tensor erf(const Tensor& x);

}  // namespace gradus
