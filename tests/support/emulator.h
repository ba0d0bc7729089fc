#pragma once
// Whether the tests run in an emulator of another processor (the preset aarch64).  A process there
// has the emulator's threads and address space beside its own.

namespace gradus::test {

#if defined(GRADUS_EMULATED)
inline constexpr bool kEmulated = true;
#else
inline constexpr bool kEmulated = false;
#endif

}  // namespace gradus::test
