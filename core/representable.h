#pragma once
#include <gradus/core/dtype.h>

#include <cmath>

namespace gradus {

/// Throws ValueError, naming `where`, unless the dtype can hold the number: i64 and u8 take whole
/// numbers of their range, f32 and f64 all.
inline void require_representable(const char* where, double value, Dtype dtype) {
  const double low = dtype == u8 ? 0 : -0x1p63;
  const double end = dtype == u8 ? 256 : 0x1p63;
  require(is_floating(dtype) || (value >= low && value < end && value == std::floor(value)), where,
          ": value must be a whole number that ", dtype, " can hold, got ", value);
}

}  // namespace gradus
