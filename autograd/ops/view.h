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
/// Joins the dimensions from `start_dim` to `end_dim` into one: [2, 3, 4] -> [24], or [2, 12] for
/// start_dim = 1; [] -> [1].  Throws IndexError for dimensions that are not there, ValueError
/// unless they come in order.
Tensor flatten(const Tensor& x, Index start_dim = 0, Index end_dim = -1);

}  // namespace gradus
