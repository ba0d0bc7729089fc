#include <gradus/core/blas.h>
#include <gradus/core/parallel.h>
#include <gtest/gtest.h>

#include <filesystem>

#if defined(__linux__)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "support/emulator.h"
#include "support/process_threads.h"
#include "support/sanitizer.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::threads_of_process;
using test::WithThreads;

class ThreadsOfBlas : public testing::TestWithParam<int> {
 public:
  void SetUp() override {
    if (!std::filesystem::exists("/proc/self/task")) {
      GTEST_SKIP() << "this system does not list threads in /proc/self/task";
    }
    if (test::kThreadSanitizer || test::kEmulated) {
      GTEST_SKIP() << "ThreadSanitizer or the emulator runs a thread of its own";
    }
  }

  static void start_pool() {
    parallel_for(64, [](Index) {});
  }
};
INSTANTIATE_TEST_SUITE_P(Threads, ThreadsOfBlas, testing::Values(1, 2, 3),
                         testing::PrintToStringParamName());

TEST_P(ThreadsOfBlas, none_exist_after_a_product) {
  const WithThreads threads(GetParam());
  start_pool();
  // 8 million multiply-adds: two tiles.
  const Tensor a = ones({200, 200});
  const Tensor c = empty({200, 200});
  for (int i = 0; i < 3; ++i) {
    core::gemm("product", a, a, c);
  }
  EXPECT_EQ(threads_of_process(GetParam()), GetParam());
  EXPECT_EQ(c.to_vector(), std::vector<float>(200 * 200, 200));
}

TEST_P(ThreadsOfBlas, none_exist_after_updates_of_level_1) {
  const WithThreads threads(GetParam());
  start_pool();
  // Long enough for OpenBLAS to share them among threads, if it did.
  constexpr Index kLength = 1'000'000;
  std::vector<double> x(kLength, 1);
  std::vector<double> y(kLength, 2);
  blas::axpy<double>(kLength, 3, x.data(), y.data());
  blas::scal<double>(kLength, 2, y.data());
  EXPECT_EQ(y, std::vector<double>(kLength, 10));
  EXPECT_DOUBLE_EQ(blas::nrm2<double>(kLength, y.data()), 10000);
  EXPECT_EQ(threads_of_process(GetParam()), GetParam());
}

#if defined(__linux__)
// OpenBLAS ends its threads before a fork: here they have been ended before.
TEST_P(ThreadsOfBlas, a_forked_process_computes_products) {
  const WithThreads threads(1);  // the pool does not outlive a fork
  const Tensor a = ones({40, 40});
  const auto is_right = [&] {
    const Tensor c = empty({40, 40});
    core::gemm("product", a, a, c);
    return c.to_vector() == std::vector<float>(40 * 40, 40);
  };
  ASSERT_TRUE(is_right());
  for (int i = 0; i < GetParam(); ++i) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      _exit(is_right() && threads_of_process(1) == 1 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(is_right());
  }
  EXPECT_EQ(threads_of_process(1), 1);
}
#endif

}  // namespace
}  // namespace gradus
