#pragma once
// For one file of a program: its allocations, of whatever thread, can be made to fail in turn.
#include <gradus/core/error.h>
#include <gradus/core/memory.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>

#include "support/trials.h"

namespace {
// Allocations until one fails, and whether all after it fail too; -1: none.
std::atomic<long> countdown = -1;
std::atomic<bool> for_ever = false;

bool is_due() {
  long left = countdown;
  while (left >= 0) {
    const long next = left > 0 ? left - 1 : for_ever ? 0 : -1;
    if (countdown.compare_exchange_weak(left, next)) {
      return left == 0;
    }
  }
  return false;
}

void* allocate(std::size_t size) {
  void* const block = is_due() ? nullptr : std::malloc(size ? size : 1);
  if (!block) {
    throw std::bad_alloc();
  }
  return block;
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return is_due() ? nullptr : std::malloc(size ? size : 1);
}
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }

// That of tensors.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  void* block = nullptr;
  return !is_due() && ::posix_memalign(&block, alignment, size) == 0 ? block : nullptr;
}

namespace gradus::test {

/// Every how many allocations one fails; scripts/soak.sh asks for each.
inline const int kStride = trials("GRADUS_ALLOCATION_STRIDE", 10);

using Act = std::function<void()>;

/// Calls `prepare` and then `work` with the n-th allocation failing, or all from the n-th on, for
/// n = 0, k, 2 k, ... until none is left to fail, and `check` after each error.  Where it is one
/// alone, work may do without.  Returns how many allocations there were, about.
inline int fail_in_turn(bool all_after, const Act& prepare, const Act& work, const Act& check) {
  for (int n = 0;; n += kStride) {
    prepare();
    release_cached_memory();  // so that tensors ask the system
    for_ever = all_after;
    countdown = n;
    bool failed = false;
    try {
      work();
    } catch (const std::bad_alloc&) {
      failed = true;
    } catch (const Error&) {
      failed = true;  // a message for it was still to be had
    }
    const bool was_due = countdown == (all_after ? 0 : -1);
    countdown = -1;
    if (failed) {
      EXPECT_TRUE(was_due);
      check();
    }
    if (!was_due) {
      return n;
    }
  }
}

/// In both ways.  Says what it tried, and expects at least so many allocations.
inline void expect_harmless(const char* what, int least, const Act& prepare, const Act& work,
                            const Act& check) {
  const int one = fail_in_turn(false, prepare, work, check);
  const int all = fail_in_turn(true, prepare, work, check);
  EXPECT_GE(std::min(one, all), least) << what;
  std::printf("%s: each %d. of %d allocations failed\n", what, kStride, all);
}

}  // namespace gradus::test
