#pragma once
// What emulators do otherwise than a processor.

namespace gradus::test {

// Whether the tests run in an emulator of another processor (the preset aarch64).  A process there
// has the emulator's threads and address space beside its own.
#if defined(GRADUS_EMULATED)
inline constexpr bool kEmulated = true;
#else
inline constexpr bool kEmulated = false;
#endif

/// Whether numbers of 80 bits, which x86's norms in OpenBLAS are added up in, have them: valgrind
/// computes them in 64.
inline bool has_wide_registers() {
  const volatile long double one = 1;
  return one + 0x1p-60L != one;
}

}  // namespace gradus::test
