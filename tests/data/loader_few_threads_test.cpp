// DataLoader with workers where the system has few threads.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <system_error>
#include <thread>
#include <vector>

#include "data/loader_batches.h"
#include "support/emulator.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Floats;
using test::make_loader;
using test::numbers_of;

// How many threads the system lets this process have, up to 8.
std::size_t threads_to_be_had() {
  std::latch end(1);
  std::vector<std::jthread> threads;  // joined before `end` goes
  try {
    while (threads.size() < 7) {
      threads.emplace_back([&] { end.wait(); });
    }
  } catch (const std::system_error&) {
  }
  end.count_down();
  return 1 + threads.size();
}

TEST(ThreadsLoaderWorkers, with_few_or_no_threads_from_the_system_batches_are_the_same) {
  if (test::kThreadSanitizer || test::kEmulated) {
    GTEST_SKIP() << "ThreadSanitizer and the emulator need threads in a forked process";
  }
  const Floats expected = numbers_of(make_loader({.batch_size = 4}).epoch(0));
  constexpr int kNotLimited = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    // The limit does not hold for root, so another user; this process is all it may have.
    const bool not_root = ::getuid() != 0 || ::setuid(65534) == 0;
    for (const rlim_t most : {4U, 2U, 1U}) {
      const rlimit few = {most, most};
      if (!not_root || ::setrlimit(RLIMIT_NPROC, &few) != 0 || threads_to_be_had() != most) {
        ::_exit(kNotLimited);
      }
      if (numbers_of(make_loader({.batch_size = 4, .workers = 4}).epoch(0)) != expected) {
        ::_exit(1);
      }
    }
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNotLimited) {
    GTEST_SKIP() << "this system does not limit a process to a few threads";
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace gradus::data
