#pragma once
// Choices by element.  The comparisons that make conditions are in core/compare.h.
#include <gradus/core/compare.h>

#include <optional>

namespace gradus {

/// a where `condition`, of u8, is not 0, otherwise b; all broadcast, and a number takes the
/// tensor's dtype.  What is not chosen has gradient 0, even of an upstream NaN.  (That 0 still
/// meets the derivative of what made it: in where(x > 0, log(x), 0) at x = 0 it becomes 0 / 0, as
/// in PyTorch.)  Throws DtypeError, ShapeError, and ValueError for a number that the dtype cannot
/// hold: i64 and u8 take whole numbers of their range.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, double b);
Tensor where(const Tensor& condition, double a, const Tensor& b);
/// Of the condition's shape.
Tensor where(const Tensor& condition, double a, double b, Dtype dtype = f32);

/// The larger and the smaller of two, broadcast; NaN if either is NaN.  Where both are equal each
/// has half of the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

/// min(max(x, low), high), without the bound that is not given: clamp(x, 0, 1), clamp(x, {}, 1).
/// The derivative is 1 at the bounds and between, otherwise 0.  Throws ValueError without bounds.
Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high = {});

}  // namespace gradus
