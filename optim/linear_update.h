#pragma once
// The linear updates of gradient descent through BLAS level 1, beside their forms in one pass of
// the element loop.  Tests compare the forms; benchmarks/optim_benchmark.cpp decides which one SGD
// uses, and BLAS has it where neither is faster (docs/performance.md).
#include <gradus/core/tensor.h>

namespace gradus::optim {

// All tensors dense, of one shape and dtype (ShapeError, DtypeError).  The work is cut into pieces
// that depend on the shape alone.

/// y <- y + alpha x, in axpy.
void axpy_blas(double alpha, const Tensor& x, Tensor& y);
/// The same in one pass.
void axpy_fused(double alpha, const Tensor& x, Tensor& y);

/// b <- momentum b + share g;  w <- w - lr b, in scal, axpy and axpy, piece by piece, so that what
/// one call leaves in cache the next one finds there.  Its form in one pass is SGD::update.
void momentum_blas(double momentum, double share, double lr, const Tensor& g, Tensor& b, Tensor& w);

}  // namespace gradus::optim
