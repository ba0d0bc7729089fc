#pragma once
// What layers and losses demand of dtypes, in their own name, before an operation does in its.
#include <gradus/core/tensor.h>

namespace gradus::nn {

/// Throws DtypeError unless x, called `name`, is f32 or f64.
inline void require_floating(const char* where, const char* name, const Tensor& x) {
  require<DtypeError>(is_floating(x.dtype()), where, ": ", name, " must be f32 or f64, got ",
                      x.dtype(), "; convert it with convert(x, f32)");
}

/// Throws DtypeError unless x, called `name`, has the dtype of y, called `other`, or one of them is
/// undefined.
inline void require_dtype_of(const char* where, const char* name, const Tensor& x,
                             const char* other, const Tensor& y) {
  require<DtypeError>(!x || !y || x.dtype() == y.dtype(), where, ": ", name,
                      " must have the dtype ", y ? y.dtype() : f32, " of ", other, ", got ",
                      x ? x.dtype() : f32, "; convert one with convert(x, dtype)");
}

}  // namespace gradus::nn
