#include <gradus/core/elementwise.h>
#include <gradus/core/subnormal.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cfenv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/cpu.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::WithCpu;
using test::WithThreads;

// Read at run time, so that the compiler does not compute with them.
volatile float tiny_f32 = 1e-40F;
volatile double tiny_f64 = 1e-310;
volatile float least_f32 = std::numeric_limits<float>::min();
volatile float half_f32 = 0.5F;

/// Whether this thread flushes: f32 and f64, what it reads and what it gives.
bool flushes() {
  const bool reads_f32 = tiny_f32 * 1e20F == 0;
  const bool reads_f64 = tiny_f64 * 1e20 == 0;
  const bool gives_f32 = least_f32 * half_f32 == 0;
  EXPECT_EQ(reads_f32, reads_f64);
  EXPECT_EQ(reads_f32, gives_f32);
  return reads_f32;
}

/// Valgrind computes with floating-point units of its own, which know rounding alone.
bool can_flush() {
  const FlushSubnormals flush;
  const char* preloaded = std::getenv("LD_PRELOAD");
  return flushes() || !preloaded || std::string(preloaded).find("vgpreload") == std::string::npos;
}

class Subnormal : public testing::Test {
 public:
  void SetUp() override {
#if !defined(__x86_64__) && !defined(__aarch64__)
    GTEST_SKIP() << "this processor is not known to flush";
#endif
    if (!can_flush()) {
      GTEST_SKIP() << "valgrind does not flush subnormal numbers";
    }
  }
};

TEST_F(Subnormal, products_and_operands_are_0_inside_and_not_outside) {
  EXPECT_FALSE(flushes());
  {
    const FlushSubnormals flush;
    EXPECT_TRUE(flushes());
    EXPECT_TRUE(std::signbit(-tiny_f32 * 1e20F));
    EXPECT_EQ(least_f32 * 1.0F, std::numeric_limits<float>::min());
  }
  EXPECT_FALSE(flushes());
}

TEST_F(Subnormal, scopes_nest) {
  const FlushSubnormals outer;
  {
    const FlushSubnormals inner;
    EXPECT_TRUE(flushes());
  }
  EXPECT_TRUE(flushes());
}

TEST_F(Subnormal, an_exception_ends_the_scope) {
  try {
    const FlushSubnormals flush;
    EXPECT_TRUE(flushes());
    throw std::runtime_error("x");
  } catch (const std::runtime_error&) {
    EXPECT_FALSE(flushes());
  }
  EXPECT_FALSE(flushes());
}

TEST_F(Subnormal, rounding_and_flags_of_exceptions_are_left_alone) {
  std::feclearexcept(FE_ALL_EXCEPT);
  std::fesetround(FE_UPWARD);
  {
    const FlushSubnormals flush;
    EXPECT_EQ(std::fegetround(), FE_UPWARD);
    EXPECT_TRUE(std::isinf(1 / (tiny_f32 * 0)));
  }
  EXPECT_EQ(std::fegetround(), FE_UPWARD);
  std::fesetround(FE_TONEAREST);
  EXPECT_TRUE(std::fetestexcept(FE_DIVBYZERO));
  std::feclearexcept(FE_ALL_EXCEPT);
}

TEST_F(Subnormal, every_width_of_the_element_loop_flushes) {
  for (const Cpu cpu : test::all_cpus()) {
    const WithCpu active(cpu);
    const Tensor x = full({37}, 1e-40);
    Tensor scaled = empty({37});
    const auto scale = [&] {
      core::elementwise(
          "scale", [](auto& r, auto a) { r = a * 1e20; }, scaled, x);
      return scaled.to_vector();
    };
    EXPECT_GT(scale()[36], 0.9e-20) << to_text(cpu);
    const FlushSubnormals flush;
    EXPECT_EQ(scale(), std::vector<float>(37, 0)) << to_text(cpu);
  }
}

class ThreadsSubnormal : public Subnormal, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, ThreadsSubnormal, testing::Values(1, 2, 3),
                         testing::PrintToStringParamName());

/// How many of as many pieces as there are threads flush, each on a thread of its own.
int flushing_threads(int threads) {
  std::atomic<int> come{0};
  std::atomic<int> flushing{0};
  parallel_for(threads, [&](Index) {
    ++come;
    while (come < threads) {
      std::this_thread::yield();
    }
    flushing += flushes();
  });
  return flushing;
}

TEST_P(ThreadsSubnormal, the_pool_does_as_its_caller_does) {
  const int count = GetParam();
  const WithThreads threads(count);
  EXPECT_EQ(flushing_threads(count), 0);
  for (int round = 0; round < 20; ++round) {
    {
      const FlushSubnormals flush;
      EXPECT_EQ(flushing_threads(count), count);
    }
    EXPECT_EQ(flushing_threads(count), 0);
  }
}

TEST_P(ThreadsSubnormal, threads_that_start_inside_do_not_flush_outside) {
  const int count = GetParam();
  const WithThreads restore(1);
  {
    const FlushSubnormals flush;
    set_num_threads(count);
    EXPECT_EQ(flushing_threads(count), count);
  }
  EXPECT_EQ(flushing_threads(count), 0);
}

TEST_P(ThreadsSubnormal, an_error_in_a_piece_leaves_no_thread_changed) {
  const int count = GetParam();
  const WithThreads threads(count);
  EXPECT_THROW(
      {
        const FlushSubnormals flush;
        parallel_for(64, [](Index piece) {
          if (piece % 2 == 0) throw std::runtime_error("x");
        });
      },
      std::runtime_error);
  EXPECT_EQ(flushing_threads(count), 0);
}

TEST_P(ThreadsSubnormal, callers_with_different_modes_get_each_its_own) {
  const int count = GetParam();
  const WithThreads threads(count);
  EXPECT_EQ(flushing_threads(count), 0);
  std::atomic<int> wrong{0};
  const auto loops = [&](bool wanted) {
    for (int i = 0; i < 300; ++i) {
      parallel_for(7, [&](Index) { wrong += (tiny_f32 * 1e20F == 0) != wanted; });
    }
  };
  std::thread other([&] { loops(false); });
  {
    const FlushSubnormals flush;
    loops(true);
  }
  other.join();
  EXPECT_EQ(wrong, 0);
}

using ThreadsSubnormalBits = Subnormal;
TEST_F(ThreadsSubnormalBits, are_the_same_for_any_number_of_threads) {
  // Decays through the subnormal numbers, at a length of several pieces.
  const auto decayed = [](int count) {
    const WithThreads threads(count);
    EXPECT_EQ(flushing_threads(count), 0);  // a thread that starts later would flush from the start
    Tensor x = zeros({400'000});
    for (Index i = 0; i < x.numel(); ++i) {
      x.mutable_data<float>()[i] = std::ldexp(1.0F + float(i % 977) / 1000, -int(i % 149));
    }
    const FlushSubnormals flush;
    for (int step = 0; step < 30; ++step) {
      core::elementwise(
          "decay", [](auto& a) { a = 0.9 * a + 1e-39; }, x);
    }
    return x.to_vector();
  };
  const std::vector<float> expected = decayed(1);
  EXPECT_EQ(decayed(2), expected);
  EXPECT_EQ(decayed(3), expected);
}

}  // namespace
}  // namespace gradus
