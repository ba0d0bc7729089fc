#pragma once
#include <gradus/core/tensor.h>

namespace gradus {

/// Each row, along the last dimension, to mean 0 and variance 1, then scaled and shifted:
///   y = (x - mean) / sqrt(var + eps) weight + bias,  var = mean((x - mean)^2)
/// x: [..., n], weight and bias: [n], or both undefined.  Throws ShapeError, DtypeError, ValueError
/// unless eps > 0.
/// Ba, Kiros, Hinton: Layer normalization. arXiv:1607.06450, 2016, equation 4, with PyTorch's eps.
Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps = 1e-5);

}  // namespace gradus
