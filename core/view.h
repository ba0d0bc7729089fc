#pragma once
// Views: other shapes, strides and offsets on the same storage, without a copy.  Numbers only: the
// functions of the same names in autograd/ops/view.h also record.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus::core {

/// The same elements in row-major order under another shape; one size may be -1 and is computed.
/// A view where strides allow it, otherwise a dense copy.  Throws ShapeError unless the counts
/// match.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Swaps two dimensions.
Tensor transpose(const Tensor& x, Index dim0, Index dim1);
/// Dimension d of the result is dimension order[d] of x.  Throws ShapeError unless a permutation.
Tensor permute(const Tensor& x, const std::vector<Index>& order);
/// Elements start, start + step, ... below stop along `dim`.  Negative start and stop count from
/// the end; both are clamped to the size, as in Python.  Throws ValueError unless step >= 1.
Tensor slice(const Tensor& x, Index dim, Index start, Index stop, Index step = 1);
/// The elements at `index` along `dim`, which goes away.  Throws IndexError outside [-size, size).
Tensor select(const Tensor& x, Index dim, Index index);
/// Stretches sizes of 1, and new leading dimensions, without a copy.  Throws ShapeError.
Tensor expand(const Tensor& x, const Shape& shape);
/// Drops a dimension of size 1.  Throws ShapeError if its size is another.
Tensor squeeze(const Tensor& x, Index dim);
/// Inserts a dimension of size 1 before `dim`; `dim` may be the rank, or negative from the end.
Tensor unsqueeze(const Tensor& x, Index dim);

}  // namespace gradus::core
