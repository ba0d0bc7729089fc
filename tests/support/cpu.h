#pragma once
// The instruction sets of this processor, and one of them for the time of a test.
#include <gradus/core/cpu.h>
#include <gradus/core/tile.h>

#include <vector>

namespace gradus::test {

inline std::vector<Cpu> all_cpus() {
  std::vector<Cpu> all;
  for (const Cpu cpu : {Cpu::base, Cpu::avx2, Cpu::avx512}) {
    if (cpu <= detected_cpu()) {
      all.push_back(cpu);
    }
  }
  return all;
}

class WithCpu {
 public:
  explicit WithCpu(Cpu cpu) : before_(active_cpu()) { set_active_cpu(cpu); }
  ~WithCpu() { set_active_cpu(before_); }
  WithCpu(const WithCpu&) = delete;
  WithCpu& operator=(const WithCpu&) = delete;

 private:
  Cpu before_;
};

/// Those whose products run in tiles, and so give the same bits (core/tile.h).
inline std::vector<Cpu> tiling_cpus() {
  std::vector<Cpu> found;
  for (const Cpu cpu : all_cpus()) {
    const WithCpu with(cpu);
    if (core::has_tiles()) {
      found.push_back(cpu);
    }
  }
  return found;
}

}  // namespace gradus::test
