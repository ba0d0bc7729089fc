#pragma once
// Recycled memory.  A training step asks for the same blocks as the step before, so blocks that are
// given back are kept in lists by size and handed out again: a warm loop gets nothing from the
// system (which would also fault in every page anew).  Blocks of up to 4 KiB come from lists of the
// calling thread, larger ones from lists shared by all threads.
#include <cstddef>
#include <cstdint>

namespace gradus {

/// Blocks start at a multiple of this, one cache line and one AVX-512 register.
inline constexpr std::size_t kAlignment = 64;

/// At least `bytes` of uninitialised memory.  Throws MemoryError when the system has no more.
void* acquire_memory(std::size_t bytes);
/// Gives back what acquire_memory(bytes) returned.
void recycle_memory(void* block, std::size_t bytes) noexcept;

struct MemoryStats {
  std::uint64_t system_allocations = 0;   ///< blocks asked of the system since the start
  std::uint64_t system_bytes = 0;         ///< bytes held from the system: in use and cached
  std::uint64_t shared_cached_bytes = 0;  ///< bytes cached for all threads
};
MemoryStats memory_stats();

/// Bounds the shared cache (default 1 GiB), and empties it if it holds more.  A thread's own cache
/// is bounded by 1 MiB a size.
void set_memory_cache_limit(std::size_t bytes);

/// Returns to the system all cached blocks of the shared lists and of the calling thread's.
void release_cached_memory();

}  // namespace gradus
