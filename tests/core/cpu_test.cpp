#include "support/cpu.h"

#include <gradus/core/cpu.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace gradus {
namespace {

TEST(Cpu, the_widest_instruction_set_is_active_from_the_start) {
  EXPECT_EQ(active_cpu(), detected_cpu());
}

TEST(Cpu, none_beyond_the_detected_one_can_be_set) {
  const test::WithCpu restore(active_cpu());
  for (const Cpu cpu : {Cpu::base, Cpu::avx2, Cpu::avx512}) {
    set_active_cpu(cpu);
    EXPECT_EQ(active_cpu(), cpu <= detected_cpu() ? cpu : detected_cpu());
  }
}

TEST(Cpu, names_are_what_error_messages_and_benchmarks_print) {
  EXPECT_STREQ(to_text(Cpu::base), "base");
  EXPECT_STREQ(to_text(Cpu::avx2), "avx2");
  EXPECT_STREQ(to_text(Cpu::avx512), "avx512");
}

#if defined(__x86_64__) && defined(__linux__)
TEST(Cpu, detection_claims_no_more_than_the_kernel) {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line) && line.rfind("flags", 0) != 0) {
  }
  if (line.empty()) {
    GTEST_SKIP() << "/proc/cpuinfo names no flags";
  }
  line += ' ';
  const auto has = [&](const std::string& flag) {
    return line.find(' ' + flag + ' ') != std::string::npos;
  };
  const Cpu expected = has("avx512f") && has("avx512vl") && has("avx512dq") ? Cpu::avx512
                       : has("avx2")                                        ? Cpu::avx2
                                                                            : Cpu::base;
  EXPECT_LE(detected_cpu(), expected);  // an emulator may hide instructions
}
#endif

}  // namespace
}  // namespace gradus
