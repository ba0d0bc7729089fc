#include <gradus/core/error.h>
#include <gradus/core/memory.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>

namespace gradus {
namespace {

// Under AddressSanitizer every block comes from the system and goes back to it, so that a use after
// the end is seen.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kRecycle = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif
#else
constexpr bool kRecycle = true;
#endif

constexpr std::size_t kSmallClasses = 64;  // multiples of 64 bytes, up to 4 KiB
// Powers of two above them, up to the largest block that may be asked for.
constexpr std::size_t kShifts = 54;
constexpr std::size_t kClasses = kSmallClasses + 4 * kShifts;
constexpr std::size_t kMostBytes = std::size_t{1} << 62;
constexpr std::size_t kThreadBytesPerClass = 1 << 20;

// Small sizes are rounded up to 64 bytes; larger ones to a quarter of their power of two, so that
// at most a fifth of a block is unused.
struct SizeClass {
  std::size_t index;
  std::size_t bytes;
};
// Of sizes up to 4 KiB.
std::size_t small_index(std::size_t bytes) { return bytes > 64 ? (bytes - 1) / 64 : 0; }
SizeClass size_class(std::size_t bytes) {
  const std::size_t units = std::max<std::size_t>((bytes + 63) / 64, 1);
  if (units <= kSmallClasses) {
    return {units - 1, units * 64};
  }
  const int shift = static_cast<int>(std::bit_width(units - 1)) - 3;
  const std::size_t quarters = ((units - 1) >> shift) + 1;  // 5 to 8
  return {kSmallClasses + 4 * static_cast<std::size_t>(shift) + (quarters - 5),
          (quarters << shift) * 64};
}

// A free block holds the link to the next one of its size.
struct FreeList {
  struct Block {
    Block* next;
  };
  Block* head = nullptr;
  std::size_t length = 0;

  void push(void* memory) {
    head = ::new (memory) Block{head};
    ++length;
  }
  void* pop() {
    Block* block = head;
    if (block) {
      head = block->next;
      --length;
    }
    return block;
  }
};

struct SharedCache {
  std::mutex mutex;
  FreeList lists[kClasses];
  std::size_t cached_bytes = 0;
  std::size_t limit = std::size_t{1} << 30;
  std::atomic<std::uint64_t> system_allocations{0};
  std::atomic<std::uint64_t> system_bytes{0};

  void* from_system(std::size_t bytes) {
    void* block = std::aligned_alloc(kAlignment, bytes);
    if (!block) {
      release_cached_memory();
      block = std::aligned_alloc(kAlignment, bytes);
      require<MemoryError>(block, "memory: the system has no more, asked for ", bytes, " bytes");
    }
    system_allocations.fetch_add(1, std::memory_order_relaxed);
    system_bytes.fetch_add(bytes, std::memory_order_relaxed);
    return block;
  }
  void to_system(void* block, std::size_t bytes) {
    system_bytes.fetch_sub(bytes, std::memory_order_relaxed);
    std::free(block);
  }
  void* take(const SizeClass& size) {
    const std::lock_guard lock(mutex);
    void* block = lists[size.index].pop();
    cached_bytes -= block ? size.bytes : 0;
    return block;
  }
  bool keep(void* block, const SizeClass& size) {
    const std::lock_guard lock(mutex);
    if (cached_bytes + size.bytes > limit) {
      return false;
    }
    lists[size.index].push(block);
    cached_bytes += size.bytes;
    return true;
  }
  void release() {
    const std::lock_guard lock(mutex);
    for (std::size_t shift = 0; shift < kShifts; ++shift) {
      for (std::size_t quarters = 5; quarters <= 8; ++quarters) {
        drain(kSmallClasses + 4 * shift + (quarters - 5), (quarters << shift) * 64);
      }
    }
    for (std::size_t index = 0; index < kSmallClasses; ++index) {
      drain(index, (index + 1) * 64);
    }
    cached_bytes = 0;
  }

 private:
  void drain(std::size_t index, std::size_t bytes) {
    while (void* block = lists[index].pop()) {
      to_system(block, bytes);
    }
  }
};

SharedCache& shared_cache() {
  // Never destroyed: tensors with static lifetime give their memory back at exit.
  static SharedCache* cache = ::new SharedCache;
  return *cache;
}

void give_back(void* block, const SizeClass& size) {
  if (!kRecycle || !shared_cache().keep(block, size)) {
    shared_cache().to_system(block, size.bytes);
  }
}

struct ThreadCache {
  FreeList lists[kSmallClasses];

  ThreadCache();
  ~ThreadCache();
  void flush() {
    for (std::size_t index = 0; index < kSmallClasses; ++index) {
      while (void* block = lists[index].pop()) {
        give_back(block, {index, (index + 1) * 64});
      }
    }
  }
};

// Null before the thread's first small block and after the thread's cache is gone: the shared lists
// serve then.
thread_local ThreadCache* this_thread_cache = nullptr;
thread_local bool this_thread_ends = false;

ThreadCache::ThreadCache() { this_thread_cache = this; }
ThreadCache::~ThreadCache() {
  this_thread_cache = nullptr;
  this_thread_ends = true;
  flush();
}

ThreadCache* thread_cache() {
  if (!this_thread_cache && !this_thread_ends) {
    thread_local ThreadCache cache;
    this_thread_cache = &cache;
  }
  return this_thread_cache;
}

}  // namespace

void* acquire_memory(std::size_t bytes) {
  // The common case first: a small block, of which the thread has one.
  if (kRecycle && bytes <= kSmallClasses * 64 && this_thread_cache) [[likely]] {
    if (void* block = this_thread_cache->lists[small_index(bytes)].pop()) [[likely]] {
      return block;
    }
  }
  require<MemoryError>(bytes <= kMostBytes, "memory: asked for ", bytes,
                       " bytes, more than an address can reach");
  const SizeClass size = size_class(bytes);
  if (kRecycle) {
    if (size.index < kSmallClasses) {
      if (ThreadCache* cache = thread_cache()) {
        if (void* block = cache->lists[size.index].pop()) {
          return block;
        }
      }
    }
    if (void* block = shared_cache().take(size)) {
      return block;
    }
  }
  return shared_cache().from_system(size.bytes);
}

void recycle_memory(void* block, std::size_t bytes) noexcept {
  if (kRecycle && bytes <= kSmallClasses * 64 && this_thread_cache) [[likely]] {
    const std::size_t index = small_index(bytes);
    FreeList& list = this_thread_cache->lists[index];
    if (list.length * (index + 1) * 64 < kThreadBytesPerClass) [[likely]] {
      list.push(block);
      return;
    }
  }
  const SizeClass size = size_class(bytes);
  if (kRecycle && size.index < kSmallClasses) {
    ThreadCache* cache = thread_cache();
    if (cache && cache->lists[size.index].length * size.bytes < kThreadBytesPerClass) {
      cache->lists[size.index].push(block);
      return;
    }
  }
  give_back(block, size);
}

MemoryStats memory_stats() {
  SharedCache& cache = shared_cache();
  const std::lock_guard lock(cache.mutex);
  return {cache.system_allocations, cache.system_bytes, cache.cached_bytes};
}

void set_memory_cache_limit(std::size_t bytes) {
  SharedCache& cache = shared_cache();
  {
    const std::lock_guard lock(cache.mutex);
    cache.limit = bytes;
    if (cache.cached_bytes <= bytes) {
      return;
    }
  }
  cache.release();
}

void release_cached_memory() {
  if (ThreadCache* cache = thread_cache()) {
    cache->flush();
  }
  shared_cache().release();
}

}  // namespace gradus
