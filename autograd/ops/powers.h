#pragma once
// Powers of which the exponent, or both, are tensors, broadcast.  pow(tensor, number) is in
// autograd/ops/functions.h.
#include <gradus/core/tensor.h>

namespace gradus {

/// base^exponent, as std::pow: x^0 and 1^x are 1 (0^0 too), a negative base with a broken exponent
/// gives NaN.  The derivative by the exponent, y ln(base), is 0 where the base is 0 and the
/// exponent is at least 0, and NaN where the base is negative.
Tensor pow(const Tensor& base, const Tensor& exponent);
Tensor pow(double base, const Tensor& exponent);

}  // namespace gradus
