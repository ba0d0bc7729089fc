#pragma once
// Sine and cosine of each element, in radians, for f32 and f64.
#include <gradus/core/tensor.h>

namespace gradus {

Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);

}  // namespace gradus
