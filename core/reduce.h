#pragma once
// Sums, largest elements and their places along dimensions.  Numbers only; nothing is recorded.
// Sums of f32 run in double and in an order that depends on the shape alone.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus::core {

/// The shape of x reduced over `dims` (all if empty).  Throws IndexError or ValueError naming
/// `where` for a dimension out of range or named twice.
Shape reduced_shape(const char* where, const Tensor& x, const std::vector<Index>& dims,
                    bool keepdim);

/// Sum over `dims` (all if empty); with keepdim they stay as size 1.  Of i64 and u8 too: in i64,
/// which wraps.
Tensor sum(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);
/// The sum of x over what broadcasting `shape` to x's shape stretched: of shape `shape`.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// The largest element along `dim`; NaN where there is one.  Throws ValueError if there is none.
Tensor max(const Tensor& x, Index dim, bool keepdim = false);
/// The place of the first largest element along `dim`, i64; a NaN counts as largest.
Tensor argmax(const Tensor& x, Index dim, bool keepdim = false);

}  // namespace gradus::core
