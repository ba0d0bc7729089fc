#pragma once
// Sums, means, norms, largest elements and their places.  Numbers only; nothing is recorded.
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
/// The mean over `dims` (all if empty), and the mean of the squares, which f32 can hold wherever it
/// can hold the mean.  NaN over nothing.  Throws DtypeError unless x is f32 or f64.
Tensor mean(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);
Tensor mean_square(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);
/// The Euclidean norm of all elements: sqrt(x_1^2 + x_2^2 + ...), without overflow.  Throws
/// DtypeError unless x is f32 or f64.
double norm(const Tensor& x);
/// The root mean square of all elements: norm(x) / sqrt(n); 0 of none.
double rms(const Tensor& x);
/// The sum of x over what broadcasting `shape` to x's shape stretched: of shape `shape`.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// The largest and the smallest element along `dim`; NaN where there is one.  Throws ValueError if
/// there is none.
Tensor max(const Tensor& x, Index dim, bool keepdim = false);
Tensor min(const Tensor& x, Index dim, bool keepdim = false);
/// The place of the first largest and the first smallest element along `dim`, i64; a NaN counts as
/// largest, and as smallest.
Tensor argmax(const Tensor& x, Index dim, bool keepdim = false);
Tensor argmin(const Tensor& x, Index dim, bool keepdim = false);
/// The same over all elements, in row-major order.  Throws ValueError if there is none.
Tensor argmax(const Tensor& x);
Tensor argmin(const Tensor& x);
/// max and argmax, min and argmin, at once.  `where` is what errors name.
struct Extreme {
  Tensor values;
  Tensor places;
};
Extreme largest(const char* where, const Tensor& x, Index dim, bool keepdim);
Extreme smallest(const char* where, const Tensor& x, Index dim, bool keepdim);

}  // namespace gradus::core
