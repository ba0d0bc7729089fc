#pragma once
// Matrix products.
#include <gradus/core/tensor.h>

namespace gradus {

/// The matrix product over the last two dimensions; those before them broadcast, as PyTorch's.
/// a: [..., m, k], b: [..., k, n] -> [..., m, n].  A vector [k] counts as [1, k] on the left and as
/// [k, 1] on the right, and that 1 leaves the result: of two vectors it is their dot product, [].
/// Throws ShapeError naming both shapes, DtypeError unless both are f32 or both f64.
Tensor matmul(const Tensor& a, const Tensor& b);

/// y = x weight' + bias.  x: [..., in], weight: [out, in], bias: [out] or undefined -> [..., out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace gradus
