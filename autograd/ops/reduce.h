#pragma once
// Sums and means over dimensions; all of them where `dims` is empty.  With keepdim the dimensions
// stay as size 1.  The mean of no elements is NaN.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus {

/// The sum of x over what broadcasting `shape` to x's shape stretched: of shape `shape`.
Tensor sum_to(const Tensor& x, const Shape& shape);

Tensor sum(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);
Tensor mean(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);

}  // namespace gradus
