#pragma once
// Counts the threads of this process.
#include <chrono>
#include <filesystem>
#include <iterator>
#include <thread>

namespace gradus::test {

inline int threads_of_process() {
  using Entries = std::filesystem::directory_iterator;
  return static_cast<int>(std::distance(Entries("/proc/self/task"), Entries()));
}

/// How many there are once it is `expected` or two seconds have passed: one that has been joined
/// stays in the list for a moment.
inline int threads_of_process(int expected) {
  for (int i = 0; i < 200 && threads_of_process() != expected; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return threads_of_process();
}

}  // namespace gradus::test
