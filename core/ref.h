#pragma once
// Shared ownership in one pointer.  A tensor's body, its storage and the nodes of a graph count
// their own references: one block of recycled memory each, and a handle of eight bytes.
// (std::shared_ptr would need two pointers a handle and cannot recycle a block that carries its
// data behind its header.)
#include <gradus/core/memory.h>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <new>
#include <utility>

namespace gradus {

template <class T>
class Ref;

/// Base of everything that a Ref can hold.
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  /// How many Refs hold this object.
  std::uint32_t use_count() const { return uses_.load(std::memory_order_acquire); }

 protected:
  ~Counted() = default;

 private:
  template <class T>
  friend class Ref;
  template <class T, class... Args>
  friend Ref<T> make_ref_with_room(std::size_t room, Args&&... args);

  std::size_t bytes_ = 0;  // of the block that holds this object
  std::atomic<std::uint32_t> uses_{0};
};

template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(const Ref& other) : object_(other.object_) { retain(); }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U>
  requires std::derived_from<U, T> Ref(Ref<U> other) : object_(other.release()) {}
  explicit Ref(T* object) : object_(object) { retain(); }
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { drop(); }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const Ref& other) const { return object_ == other.object_; }

  /// Gives up the pointer without dropping the reference, and takes such a pointer up again.
  T* release() { return std::exchange(object_, nullptr); }
  static Ref adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }

 private:
  void retain() {
    if (object_) {
      object_->uses_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  void drop() {
    // The only owner needs no atomic subtraction: nobody else can add a reference any more.
    if (object_ && (object_->use_count() == 1 ||
                    object_->uses_.fetch_sub(1, std::memory_order_acq_rel) == 1)) {
      const std::size_t bytes = object_->bytes_;
      object_->~T();
      recycle_memory(object_, bytes);
    }
  }

  T* object_ = nullptr;
};

/// A T with `room` bytes behind it, in one recycled block.  Throws MemoryError as acquire_memory.
template <class T, class... Args>
Ref<T> make_ref_with_room(std::size_t room, Args&&... args) {
  // More than acquire_memory gives where the sum would wrap around.
  const std::size_t bytes = room <= SIZE_MAX - sizeof(T) ? sizeof(T) + room : SIZE_MAX;
  void* block = acquire_memory(bytes);
  T* object = nullptr;
  try {
    object = ::new (block) T(std::forward<Args>(args)...);
  } catch (...) {
    recycle_memory(block, bytes);
    throw;
  }
  object->bytes_ = bytes;
  object->uses_.store(1, std::memory_order_relaxed);  // nobody else knows it yet
  return Ref<T>::adopt(object);
}

template <class T, class... Args>
Ref<T> make_ref(Args&&... args) {
  return make_ref_with_room<T>(0, std::forward<Args>(args)...);
}

}  // namespace gradus
