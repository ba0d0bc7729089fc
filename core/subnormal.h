#pragma once
// Numbers too small for full precision (f32: below 1.2e-38, f64: below 2.2e-308) are subnormal, and
// processors take ten to a hundred times as long over them.  Decaying state, a momentum buffer of a
// weight that no longer gets a gradient, goes through all of them on its way to 0.  A
// FlushSubnormals makes them 0 for the time of a scope.
#include <cstdint>

namespace gradus {

/// The control bits of the calling thread's floating-point unit: rounding, subnormals, traps.
/// Where they are unknown to us (neither x86-64 nor aarch64) it is always 0.
std::uint64_t float_mode();
/// Sets them, `mode` being what float_mode() gave.  The flags of past exceptions stay as they are.
void set_float_mode(std::uint64_t mode);

/// While it lives, operations of the calling thread read subnormal numbers as 0 and give 0 in their
/// place, signs kept; so do the pieces of its parallel loops (core/parallel.h).  Its end sets what
/// the thread did before.  On processors other than x86-64 and aarch64 it does nothing.
class FlushSubnormals {
 public:
  FlushSubnormals();
  ~FlushSubnormals();
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace gradus
