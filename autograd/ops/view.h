#pragma once
// The views of core/view.h, recorded: gradients flow through them.  Arguments and errors are those
// described there.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus {

Tensor reshape(const Tensor& x, const Shape& shape);
Tensor transpose(const Tensor& x, Index dim0, Index dim1);
Tensor permute(const Tensor& x, const std::vector<Index>& order);
Tensor slice(const Tensor& x, Index dim, Index start, Index stop, Index step = 1);
Tensor select(const Tensor& x, Index dim, Index index);
Tensor expand(const Tensor& x, const Shape& shape);
Tensor squeeze(const Tensor& x, Index dim);
Tensor unsqueeze(const Tensor& x, Index dim);
/// Joins the dimensions from `first` on into one: [2, 3, 4] -> [2, 12] for first = 1.
Tensor flatten(const Tensor& x, Index first = 1);

}  // namespace gradus
