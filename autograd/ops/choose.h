#pragma once
// Choices by element.
#include <gradus/core/tensor.h>

namespace gradus {

/// a where `ones` is not 0, otherwise b; all broadcast, and `ones`, of the same dtype, has no
/// gradient.
Tensor where_ones(const Tensor& ones, const Tensor& a, const Tensor& b);

}  // namespace gradus
