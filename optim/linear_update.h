#pragma once
// y <- y + alpha x, the update of plain gradient descent, in two forms that tests compare: through
// BLAS level 1, and as one pass of the element loop.  Both read x and y and write y; where neither
// is faster BLAS is used (benchmarks/optim_benchmark.cpp, docs/performance.md).
#include <gradus/core/tensor.h>

namespace gradus::optim {

/// x and y dense, of one shape and dtype.  In parallel pieces that depend on the shape alone.
void axpy_blas(double alpha, const Tensor& x, Tensor& y);
void axpy_fused(double alpha, const Tensor& x, Tensor& y);

}  // namespace gradus::optim
