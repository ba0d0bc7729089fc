#pragma once
// Loops for the widest vector instructions of the processor that plain C++ is turned into by the
// compiler: one text, compiled once for each instruction set.
//
//   vectorized([&]() __attribute__((always_inline)) { for (...) y[i] = x[i] + z[i]; });
//
// GCC fuses products with sums where the instruction set can, unless -ffp-contract=off forbids it,
// as for the files of the library: elsewhere a loop that has both gives other bits for each
// (core/pack.h is for those).
#include <gradus/core/cpu.h>
#include <gradus/core/pack_target.h>

namespace gradus::core {

#if defined(GRADUS_X86_PACKS)
template <class F>
[[gnu::target("avx512f,avx512vl,avx512dq,avx512bw")]] void run_for_avx512(const F& loop) {
  loop();
}
template <class F>
[[gnu::target("avx2")]] void run_for_avx2(const F& loop) {
  loop();
}
#endif

/// loop(), which must be always_inline, as must be what it calls.
template <class F>
void vectorized(const F& loop) {
#if defined(GRADUS_X86_PACKS)
  switch (active_cpu()) {
    case Cpu::avx512:
      return run_for_avx512(loop);
    case Cpu::avx2:
      return run_for_avx2(loop);
    case Cpu::base:
      break;
  }
#endif
  loop();
}

}  // namespace gradus::core
