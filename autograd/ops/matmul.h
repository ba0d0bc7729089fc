#pragma once
// Matrix products.
#include <gradus/core/tensor.h>

namespace gradus {

/// a: [m, k], b: [k, n] -> [m, n], with any strides.
Tensor matmul(const Tensor& a, const Tensor& b);

/// y = x weight' + bias.  x: [..., in], weight: [out, in], bias: [out] or undefined -> [..., out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace gradus
