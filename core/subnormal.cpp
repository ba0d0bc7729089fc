#include <gradus/core/subnormal.h>

namespace gradus {
namespace {

#if defined(__x86_64__)
// MXCSR: flags of past exceptions in bits 0 to 5, denormals-are-zero (inputs) in bit 6,
// flush-to-zero (results) in bit 15.  Intel: Software developer's manual, volume 1, section 10.2.3.
constexpr std::uint32_t kFlags = 0x3f;
constexpr std::uint64_t kFlush = 1 << 15 | 1 << 6;
#elif defined(__aarch64__)
// FPCR.FZ, for inputs and results.  Arm: Architecture reference manual for A-profile, FPCR.
constexpr std::uint64_t kFlush = 1 << 24;
#else
constexpr std::uint64_t kFlush = 0;
#endif

}  // namespace

std::uint64_t float_mode() {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr() & ~kFlags;
#elif defined(__aarch64__)
  std::uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
#else
  return 0;
#endif
}

void set_float_mode([[maybe_unused]] std::uint64_t mode) {
#if defined(__x86_64__)
  const std::uint32_t flags = __builtin_ia32_stmxcsr() & kFlags;
  __builtin_ia32_ldmxcsr(static_cast<std::uint32_t>(mode) | flags);
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" : : "r"(mode));
#endif
}

// Out of line, so that no operation on memory moves across.  Loading the control word drains the
// pipeline, hence only where it changes.
FlushSubnormals::FlushSubnormals() : before_(float_mode()) {
  if ((before_ & kFlush) != kFlush) {
    set_float_mode(before_ | kFlush);
  }
}

FlushSubnormals::~FlushSubnormals() {
  if ((before_ & kFlush) != kFlush) {
    set_float_mode(before_);
  }
}

}  // namespace gradus
