#pragma once
// Loops that do nothing but fused multiply-adds, compiled with all that the compiler can do for
// this processor (CMakeLists.txt).

namespace limit {

/// Flops of one time through the loop.
extern const long kFlops;
void multiply_adds(long times);

}  // namespace limit
