#pragma once
// Parts of max pooling for operations that end with it.
#include <gradus/autograd/ops/pool.h>
#include <gradus/core/pool.h>

namespace gradus {

/// Throws what max_pool2d() throws, naming `where`.
core::PoolAxes max_pool_axes(const char* where, const Shape& x, const Size2& kernel,
                             const MaxPoolOptions& options);

/// Zeros of `shape`, with each number of dy added at its index: the gradient of max pooling by its
/// input, as an operation.
Tensor scatter_pool(const Tensor& dy, const Tensor& index, const Shape& shape);

}  // namespace gradus
