#include <gradus/core/error.h>
#include <gradus/core/storage.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace gradus {
namespace {

struct Probe : Counted {
  explicit Probe(int* ends, int v = 0) : value(v), ends_(ends) {}
  virtual ~Probe() { ++*ends_; }
  int value;

 private:
  int* ends_;
};
struct DerivedProbe : Probe {
  using Probe::Probe;
  ~DerivedProbe() override { value = -1; }
  std::vector<int> own = {1, 2, 3};
};

TEST(Ref, counts_its_handles_and_ends_the_object_with_the_last) {
  int ends = 0;
  Ref<Probe> a = make_ref<Probe>(&ends, 7);
  EXPECT_EQ(a->use_count(), 1U);
  {
    const Ref<Probe> b = a;
    EXPECT_EQ(a->use_count(), 2U);
    EXPECT_EQ(b->value, 7);
    EXPECT_TRUE(a == b);
  }
  EXPECT_EQ(a->use_count(), 1U);
  EXPECT_EQ(ends, 0);
  a = Ref<Probe>();
  EXPECT_EQ(ends, 1);
  EXPECT_FALSE(a);
}

TEST(Ref, moving_leaves_an_empty_handle_and_the_count_as_it_was) {
  int ends = 0;
  Ref<Probe> a = make_ref<Probe>(&ends);
  Ref<Probe> b = std::move(a);
  EXPECT_EQ(a.get(), nullptr);  // NOLINT: the moved-from state is what is tested
  EXPECT_EQ(b->use_count(), 1U);
  a = std::move(b);
  EXPECT_EQ(a->use_count(), 1U);
  EXPECT_EQ(ends, 0);
}

TEST(Ref, self_assignment_keeps_the_object) {
  int ends = 0;
  Ref<Probe> a = make_ref<Probe>(&ends, 3);
  const Ref<Probe>& same = a;
  a = same;
  EXPECT_EQ(a->use_count(), 1U);
  EXPECT_EQ(a->value, 3);
  Ref<Probe>& alias = a;
  a = std::move(alias);
  EXPECT_EQ(a->value, 3);
  EXPECT_EQ(ends, 0);
}

TEST(Ref, a_base_handle_ends_the_derived_object) {
  int ends = 0;
  {
    const Ref<Probe> base = make_ref<DerivedProbe>(&ends, 2);
    EXPECT_EQ(base->value, 2);
    EXPECT_EQ(base->use_count(), 1U);
  }
  EXPECT_EQ(ends, 1);
}

TEST(Ref, release_keeps_the_reference_for_the_caller_to_drop) {
  int ends = 0;
  Ref<Probe> a = make_ref<Probe>(&ends);
  Probe* raw = a.release();
  EXPECT_FALSE(a);
  EXPECT_EQ(raw->use_count(), 1U);
  EXPECT_EQ(ends, 0);
  raw->~Probe();
  recycle_memory(raw, sizeof(Probe));
  EXPECT_EQ(ends, 1);
}

struct Throws : Counted {
  Throws() { throw std::runtime_error("constructor"); }
};

TEST(Ref, a_constructor_that_throws_gives_its_memory_back) {
  const std::uint64_t before = memory_stats().system_bytes;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THROW(make_ref<Throws>(), std::runtime_error);
  }
  EXPECT_LE(memory_stats().system_bytes, before + 64);
}

TEST(ThreadsRef, the_last_handle_of_any_thread_ends_the_object_once) {
  for (int round = 0; round < 200; ++round) {
    int ends = 0;
    Ref<Probe> shared = make_ref<Probe>(&ends, 5);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([copy = shared] {
        for (int i = 0; i < 50; ++i) {
          const Ref<Probe> more = copy;
          EXPECT_EQ(more->value, 5);
        }
      });
    }
    shared = Ref<Probe>();
    for (std::thread& thread : threads) {
      thread.join();
    }
    threads.clear();
    EXPECT_EQ(ends, 1);
  }
}

TEST(Storage, data_is_aligned_and_as_large_as_asked) {
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{70000}}) {
    const Ref<Storage> storage = make_storage(bytes);
    EXPECT_EQ(storage->bytes(), bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(storage->data()) % kAlignment, 0U);
    std::fill_n(storage->data(), bytes, std::byte{0xff});
  }
}

TEST(Storage, larger_than_an_address_can_reach_is_refused) {
  for (const std::size_t bytes : {SIZE_MAX, SIZE_MAX - 32, SIZE_MAX / 2}) {
    EXPECT_THROW(make_storage(bytes), MemoryError) << bytes;
  }
}

TEST(Storage, versions_count_the_changes) {
  const Ref<Storage> storage = make_storage(8);
  EXPECT_EQ(storage->version(), 0U);
  storage->bump_version();
  storage->bump_version();
  EXPECT_EQ(storage->version(), 2U);
}

}  // namespace
}  // namespace gradus
