#pragma once
#include <gradus/core/tensor.h>

#include <optional>

namespace gradus {

/// Rows of a table: y[..., :] = weight[indices[...], :].  indices: i64 of any shape, weight: [n, d]
/// -> [..., d].  The gradient of a row is the sum over all places where it was taken; the row
/// `padding_idx`, counted from the end if negative, gets none, as in PyTorch.  Throws ShapeError,
/// DtypeError, and IndexError unless 0 <= index < n and -n <= padding_idx < n.
Tensor embedding(const Tensor& indices, const Tensor& weight,
                 std::optional<Index> padding_idx = {});

}  // namespace gradus
