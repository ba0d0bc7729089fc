#include <gradus/core/blas.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>

#include "support/emulator.h"
#include "support/sanitizer.h"

namespace {

using namespace gradus;

// Ends the process: 0 if the product is refused with a MemoryError, 1 if it is computed.
[[noreturn]] void multiply_within(rlim_t bytes) {
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
  const float a = 2;
  float c = 0;
  try {
    blas::gemm<float>(blas::Form::plain, blas::Form::plain, 1, 1, 1, 1.0F, &a, 1, &a, 1, 0.0F, &c,
                      1);
  } catch (const MemoryError&) {
    std::_Exit(0);
  }
  std::_Exit(1);
}

TEST(BlasLimit, too_little_address_space_is_an_error_and_not_a_hang) {
  if (test::kAddressSanitizer || test::kThreadSanitizer) {
    GTEST_SKIP() << "sanitizers take terabytes of addresses for themselves";
  }
  if (test::kEmulated) {
    GTEST_SKIP() << "the address space is the emulator's, which cannot start a process anew";
  }
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(multiply_within(rlim_t{64} << 20), testing::ExitedWithCode(0), "");
}

}  // namespace
