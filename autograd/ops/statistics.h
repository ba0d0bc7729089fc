#pragma once
// Variance, products, logarithms of sums, and extremes over dimensions (all if `dims` is empty);
// with keepdim they stay as size 1.  Sums and means are in autograd/ops/reduce.h.  Errors: those of
// sum(), and ValueError for extremes of nothing.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus {

/// The sum of squared deviations from the mean, over n - correction: 1 for the unbiased estimate
/// (PyTorch's default; NumPy's is 0).  NaN of fewer than correction + 1 elements.
struct VarianceOptions {
  double correction = 1;
  bool keepdim = false;
};
Tensor var(const Tensor& x, const std::vector<Index>& dims = {}, const VarianceOptions& o = {});
/// The root of var(), PyTorch's std (which a `using namespace gradus` would mix up with the
/// namespace).  The derivative where all elements are equal is 0, as in PyTorch.
Tensor stddev(const Tensor& x, const std::vector<Index>& dims = {}, const VarianceOptions& o = {});

/// The product; 1 of nothing.  The derivative is right where elements are 0, too.
Tensor prod(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);
/// ln of the sum of e^x, without overflow; -infinity of nothing.
Tensor logsumexp(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);

/// The largest and the smallest element; NaN where there is one.  Where several are equal they
/// share the gradient evenly.  Of any dtype.
Tensor amax(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);
Tensor amin(const Tensor& x, const std::vector<Index>& dims = {}, bool keepdim = false);

/// Values and their places along one dimension; the gradient goes to the first of equals.
struct Extremes {
  Tensor values;
  Tensor indices;  ///< i64
};
Extremes max(const Tensor& x, Index dim, bool keepdim = false);
Extremes min(const Tensor& x, Index dim, bool keepdim = false);
/// Places of the first largest and smallest along `dim`, i64.
Tensor argmax(const Tensor& x, Index dim, bool keepdim = false);
Tensor argmin(const Tensor& x, Index dim, bool keepdim = false);

/// Of all elements: amax and amin of them, and the places of the first largest and smallest in
/// row-major order.
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
Tensor argmax(const Tensor& x);
Tensor argmin(const Tensor& x);

}  // namespace gradus
