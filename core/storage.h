#pragma once
// The bytes behind tensors: one recycled block, a small header and the data right behind it.
#include <gradus/core/ref.h>

#include <cstddef>
#include <cstdint>

namespace gradus {

class alignas(kAlignment) Storage : public Counted {
 public:
  explicit Storage(std::size_t bytes) : size_(bytes) {}

  /// Aligned to kAlignment.
  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  std::size_t bytes() const { return size_; }

  /// Counts the changes of the data.  A graph notes the version of what it saves and refuses to
  /// use it when it has changed since.
  std::uint64_t version() const { return version_; }
  void bump_version() { ++version_; }

 private:
  std::size_t size_;
  std::uint64_t version_ = 0;
};

/// Uninitialised storage of `bytes`.
inline Ref<Storage> make_storage(std::size_t bytes) {
  return make_ref_with_room<Storage>(bytes, bytes);
}

}  // namespace gradus
