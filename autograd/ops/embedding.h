#pragma once
#include <gradus/core/tensor.h>

namespace gradus {

/// Rows of a table: y[..., :] = weight[indices[...], :].  indices: i64 of any shape, weight: [n, d]
/// -> [..., d].  The gradient of a row is the sum over all places where it was taken.  Throws
/// ShapeError, DtypeError, and IndexError unless 0 <= index < n.
Tensor embedding(const Tensor& indices, const Tensor& weight);

}  // namespace gradus
