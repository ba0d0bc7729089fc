// The end of a run that does not fill a pack: what lies behind it is neither read nor written.
#include <gradus/core/elementwise.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "support/cpu.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>

namespace gradus {
namespace {

// Numbers that end where readable memory ends: one read or write more ends the process.
template <class T>
class AtTheEndOfMemory {
 public:
  explicit AtTheEndOfMemory(Index n)
      : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
        map_(static_cast<char*>(
            mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))),
        first_(reinterpret_cast<T*>(map_ + page_) - n) {
    EXPECT_NE(static_cast<void*>(map_), MAP_FAILED);
    EXPECT_EQ(mprotect(map_ + page_, page_, PROT_NONE), 0);
  }
  ~AtTheEndOfMemory() { munmap(map_, 2 * page_); }
  AtTheEndOfMemory(const AtTheEndOfMemory&) = delete;
  AtTheEndOfMemory& operator=(const AtTheEndOfMemory&) = delete;

  T* first() const { return first_; }

 private:
  std::size_t page_;
  char* map_;
  T* first_;
};

template <class T>
class RunEnd : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(RunEnd, Scalars);

TYPED_TEST(RunEnd, every_length_touches_its_own_numbers_alone) {
  using T = TypeParam;
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu active(cpu);
    for (Index n = 0; n <= 40; ++n) {
      const AtTheEndOfMemory<T> y(n);
      const AtTheEndOfMemory<T> x(n);
      for (Index i = 0; i < n; ++i) {
        y.first()[i] = T(i);
        x.first()[i] = T(100 * i);
      }
      y.first()[-1] = x.first()[-1] = T(-7);
      core::run_elements<T>(
          n, [](auto& to, auto from) { to += from; }, y.first(), std::as_const(x).first());
      for (Index i = 0; i < n; ++i) {
        ASSERT_EQ(y.first()[i], T(101 * i)) << to_text(cpu) << " " << n;
        ASSERT_EQ(x.first()[i], T(100 * i)) << to_text(cpu) << " " << n;
      }
      ASSERT_EQ(y.first()[-1], T(-7)) << to_text(cpu) << " " << n;
    }
  }
}

TYPED_TEST(RunEnd, what_follows_in_readable_memory_is_not_written) {
  using T = TypeParam;
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu active(cpu);
    for (Index n = 0; n <= 40; ++n) {
      std::vector<T> y(80, T(3));
      core::run_elements<T>(
          n, [](auto& to) { to = 5.0; }, y.data());
      std::vector<T> expected(80, T(3));
      std::fill_n(expected.begin(), n, T(5));
      ASSERT_EQ(y, expected) << to_text(cpu) << " " << n;
    }
  }
}

TYPED_TEST(RunEnd, lanes_behind_it_are_zero) {
  using T = TypeParam;
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu active(cpu);
    for (Index n = 1; n <= 20; ++n) {
      const std::vector<T> x(80, T(9));
      T sum = 0;
      core::run_elements<T>(
          n,
          [&sum](auto from) {
            map_lanes(from, [&sum](T lane) {
              sum += lane;
              return lane;
            });
          },
          x.data());
      ASSERT_EQ(sum, T(9 * n)) << to_text(cpu) << " " << n;
    }
  }
}

}  // namespace
}  // namespace gradus
#endif
