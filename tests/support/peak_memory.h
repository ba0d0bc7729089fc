#pragma once
// How much memory something takes, as the system counts it.
#include <gradus/core/error.h>
#include <gradus/core/memory.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace gradus::test {

/// What a fresh process holds at most while it does `run`, beyond what it held before, in bytes;
/// far too much where `run` returns false.
template <class F>
std::uint64_t peak_bytes(F run) {
  int pipe[2];
  EXPECT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    // Free memory that is still there would be used again unseen, and the peak so far is inherited.
    release_cached_memory();
    ::malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << '5';
    const auto peak = [] {
      rusage usage = {};
      ::getrusage(RUSAGE_SELF, &usage);
      return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    };
    const std::uint64_t before = peak();
    const bool good = run();
    const std::uint64_t more = good ? peak() - before : ~std::uint64_t{0};
    ::_exit(::write(pipe[1], &more, sizeof more) == sizeof more ? 0 : 1);
  }
  std::uint64_t more = 0;
  EXPECT_EQ(::read(pipe[0], &more, sizeof more), static_cast<ssize_t>(sizeof more));
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
  return more;
}

/// The same of `read`, which must end if the file `loads`, and throw FileError otherwise.
template <class F>
std::uint64_t peak_bytes_of_reading(bool loads, F read) {
  return peak_bytes([&] {
    try {
      read();
      return loads;
    } catch (const FileError&) {
      return !loads;
    }
  });
}

}  // namespace gradus::test
