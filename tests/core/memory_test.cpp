#include <gradus/core/error.h>
#include <gradus/core/memory.h>
#include <gradus/core/tensor.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "support/huge_requests.h"
#include "support/naive.h"
#include "support/sanitizer.h"

namespace gradus {
namespace {

constexpr std::size_t kDefaultLimit = std::size_t{1} << 30;
constexpr std::size_t kLarge = 1 << 20;

// Every test begins with empty caches and leaves the default limit behind.
class Memory : public testing::Test {
 protected:
  void SetUp() override { release_cached_memory(); }
  void TearDown() override {
    set_memory_cache_limit(kDefaultLimit);
    release_cached_memory();
  }
};
// Blocks go back to the system at once under AddressSanitizer.
class Recycling : public Memory {
 protected:
  void SetUp() override {
    if (test::kAddressSanitizer) {
      GTEST_SKIP() << "memory is not recycled under AddressSanitizer";
    }
    Memory::SetUp();
  }
};
using ThreadsRecycling = Recycling;

std::uint64_t allocations() { return memory_stats().system_allocations; }

TEST_F(Memory, blocks_are_aligned_and_writable_to_their_last_byte_around_every_class_border) {
  std::vector<std::size_t> sizes = {0, 1, 63, 64, 65};
  for (std::size_t power = 7; power <= 22; ++power) {
    for (std::size_t eighth = 8; eighth <= 16; ++eighth) {
      const std::size_t border = (std::size_t{1} << power) / 8 * eighth;
      sizes.insert(sizes.end(), {border - 1, border, border + 1});
    }
  }
  for (const std::size_t bytes : sizes) {
    auto* block = static_cast<unsigned char*>(acquire_memory(bytes));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % kAlignment, 0U) << bytes;
    std::memset(block, 0xab, bytes);
    recycle_memory(block, bytes);
  }
}

TEST_F(Memory, blocks_in_use_do_not_overlap) {
  const std::vector<std::size_t> sizes = {1, 64, 65, 4096, 4097, 5000, 100000};
  std::vector<unsigned char*> blocks;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      blocks.push_back(static_cast<unsigned char*>(acquire_memory(sizes[i])));
      std::memset(blocks.back(), static_cast<int>(blocks.size()), sizes[i]);
    }
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const std::size_t bytes = sizes[b % sizes.size()];
    for (std::size_t i = 0; i < bytes; ++i) {
      ASSERT_EQ(blocks[b][i], b + 1);
    }
    recycle_memory(blocks[b], bytes);
  }
}

TEST_F(Memory, at_most_a_fifth_of_a_large_block_is_unused) {
  for (std::size_t bytes = 4097; bytes < (1 << 24); bytes += bytes / 97 + 1) {
    release_cached_memory();
    const std::uint64_t before = memory_stats().system_bytes;
    void* block = acquire_memory(bytes);
    const std::uint64_t held = memory_stats().system_bytes - before;
    EXPECT_GE(held, bytes);
    // Rounding up to 64 bytes comes on top.
    EXPECT_LE(static_cast<double>(held - bytes), static_cast<double>(held) / 5 + 64) << bytes;
    recycle_memory(block, bytes);
  }
}

TEST_F(Memory, sizes_that_no_system_has_are_memory_errors) {
  const std::uint64_t before = memory_stats().system_bytes;
  // Every power of two, so that each of the largest classes is asked for.
  for (std::size_t power = 50; power < 64; ++power) {
    EXPECT_THROW(acquire_memory(std::size_t{1} << power), MemoryError) << power;
    EXPECT_THROW(acquire_memory((std::size_t{1} << power) + 1), MemoryError) << power;
  }
  EXPECT_THROW(acquire_memory(SIZE_MAX), MemoryError);
  EXPECT_EQ(memory_stats().system_bytes, before);
  test::expect_error<MemoryError>([] { acquire_memory(std::size_t{1} << 50); },
                                  "memory: the system has no more, asked for 1125899906842624 "
                                  "bytes");
}

TEST_F(Recycling, a_warm_loop_asks_the_system_for_nothing) {
  const auto step = [] {
    std::vector<Tensor> tensors;
    for (Index n = 1; n < 100000; n = n * 3 + 1) {
      tensors.push_back(empty({n, 2}));
    }
  };
  step();
  const std::uint64_t before = allocations();
  for (int i = 0; i < 100; ++i) {
    step();
  }
  EXPECT_EQ(allocations(), before);
}

TEST_F(Recycling, one_size_gives_the_same_block_again) {
  for (const std::size_t bytes : {std::size_t{100}, kLarge}) {
    void* first = acquire_memory(bytes);
    recycle_memory(first, bytes);
    void* second = acquire_memory(bytes);
    EXPECT_EQ(first, second);
    recycle_memory(second, bytes);
  }
}

TEST_F(Recycling, release_gives_everything_back) {
  const std::uint64_t before = memory_stats().system_bytes;
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{4096}, std::size_t{4097}, kLarge}) {
    recycle_memory(acquire_memory(bytes), bytes);
  }
  EXPECT_GE(memory_stats().system_bytes, before + kLarge);
  release_cached_memory();
  EXPECT_EQ(memory_stats().system_bytes, before);
  EXPECT_EQ(memory_stats().shared_cached_bytes, 0U);
}

TEST_F(Recycling, the_shared_cache_keeps_to_its_limit) {
  set_memory_cache_limit(3 * kLarge);
  std::vector<void*> blocks(10);
  for (void*& block : blocks) {
    block = acquire_memory(kLarge);
  }
  for (void* block : blocks) {
    recycle_memory(block, kLarge);
    EXPECT_LE(memory_stats().shared_cached_bytes, 3 * kLarge);
  }
  EXPECT_EQ(memory_stats().shared_cached_bytes, 3 * kLarge);
}

TEST_F(Recycling, a_lower_limit_holds_at_once) {
  void* block = acquire_memory(kLarge);
  recycle_memory(block, kLarge);
  EXPECT_EQ(memory_stats().shared_cached_bytes, kLarge);
  set_memory_cache_limit(kLarge - 1);
  EXPECT_LE(memory_stats().shared_cached_bytes, kLarge - 1);
}

TEST_F(Recycling, a_limit_of_zero_caches_no_large_block) {
  set_memory_cache_limit(0);
  const std::uint64_t before = memory_stats().system_bytes;
  recycle_memory(acquire_memory(kLarge), kLarge);
  EXPECT_EQ(memory_stats().system_bytes, before);
}

TEST_F(Recycling, small_blocks_of_one_thread_are_bounded) {
  constexpr std::size_t kBlocks = 20000;
  constexpr std::size_t kBytes = 64;
  set_memory_cache_limit(0);
  const std::uint64_t before = memory_stats().system_bytes;
  std::vector<void*> blocks(kBlocks);
  for (void*& block : blocks) {
    block = acquire_memory(kBytes);
  }
  for (void* block : blocks) {
    recycle_memory(block, kBytes);
  }
  EXPECT_LE(memory_stats().system_bytes, before + (1 << 20));
}

TEST_F(ThreadsRecycling, blocks_freed_in_another_thread_are_used_again) {
  std::vector<void*> blocks(100);
  for (const std::size_t bytes : {std::size_t{64}, kLarge / 16}) {
    for (void*& block : blocks) {
      block = acquire_memory(bytes);
    }
    const std::set<void*> known(blocks.begin(), blocks.end());
    const std::uint64_t before = allocations();
    std::thread([&] {
      for (void* block : blocks) {
        recycle_memory(block, bytes);
      }
    }).join();
    for (void*& block : blocks) {
      block = acquire_memory(bytes);
      EXPECT_TRUE(known.count(block));
    }
    EXPECT_EQ(allocations(), before);
    for (void* block : blocks) {
      recycle_memory(block, bytes);
    }
  }
}

TEST_F(ThreadsRecycling, a_thread_that_ends_leaves_nothing_behind) {
  const std::uint64_t before = memory_stats().system_bytes;
  for (int i = 0; i < 10; ++i) {
    std::thread([] {
      for (std::size_t bytes = 1; bytes < 10000; bytes += 100) {
        recycle_memory(acquire_memory(bytes), bytes);
      }
    }).join();
  }
  release_cached_memory();
  EXPECT_EQ(memory_stats().system_bytes, before);
}

// Its destructor runs when the thread's own cache may be gone already.
struct LateTensor {
  Tensor tensor;
  ~LateTensor() {
    tensor = Tensor();
    tensor = zeros({3});
  }
};

TEST_F(ThreadsRecycling, thread_local_tensors_may_outlive_the_threads_cache) {
  const std::uint64_t before = memory_stats().system_bytes;
  std::thread([] {
    thread_local LateTensor late;
    late.tensor = ones({5});
    EXPECT_EQ(late.tensor.numel(), 5);
  }).join();
  release_cached_memory();
  EXPECT_EQ(memory_stats().system_bytes, before);
}

TEST(ThreadsMemory, threads_that_pass_blocks_on_never_share_one) {
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      std::vector<std::pair<int*, std::size_t>> held;
      for (int i = 0; i < 3000; ++i) {
        const std::size_t bytes = 64 + static_cast<std::size_t>(i * 7919 % 9000);
        auto* block = static_cast<int*>(acquire_memory(bytes));
        *block = t * 1000000 + i;
        held.emplace_back(block, bytes);
        if (held.size() == 20) {
          for (std::size_t h = 0; h < held.size(); ++h) {
            ASSERT_EQ(*held[h].first, t * 1000000 + i - 19 + static_cast<int>(h));
            recycle_memory(held[h].first, held[h].second);
          }
          held.clear();
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace gradus
