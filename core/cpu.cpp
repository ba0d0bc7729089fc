#include <gradus/core/cpu.h>

#include <algorithm>

namespace gradus {
namespace {
// `base` until the dynamic initialisation below has run, which is right on every processor.
Cpu active = Cpu::base;
[[maybe_unused]] const bool initialised = (active = detected_cpu(), true);
}  // namespace

Cpu detected_cpu() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return Cpu::avx512;
  }
  if (__builtin_cpu_supports("avx2")) {
    return Cpu::avx2;
  }
#endif
  return Cpu::base;
}

Cpu active_cpu() { return active; }

void set_active_cpu(Cpu cpu) { active = std::min(cpu, detected_cpu()); }

const char* to_text(Cpu cpu) {
  return cpu == Cpu::avx512 ? "avx512" : cpu == Cpu::avx2 ? "avx2" : "base";
}

}  // namespace gradus
