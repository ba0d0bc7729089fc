#pragma once
#include <gradus/core/tensor.h>

namespace gradus::nn {

/// What a loss makes of the losses of its elements, or rows.
enum class Reduction { none, mean, sum };

/// The losses as they are, their mean, or their sum.  The mean of none is NaN.
Tensor reduce(const Tensor& losses, Reduction reduction);

/// Throws ShapeError unless prediction and target have one shape.
void require_same_shape(const char* loss, const Tensor& prediction, const Tensor& target);

}  // namespace gradus::nn
