#pragma once
// Working memory of a piece of a parallel loop, from the recycled blocks.
#include <gradus/core/memory.h>
#include <gradus/core/shape.h>

namespace gradus::core {

template <class T>
class Scratch {
 public:
  explicit Scratch(Index count)
      : bytes_(static_cast<std::size_t>(count) * sizeof(T)),
        data_(static_cast<T*>(acquire_memory(bytes_))) {}
  ~Scratch() { recycle_memory(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// Uninitialised.
  T* data() const { return data_; }

 private:
  std::size_t bytes_;
  T* data_;
};

}  // namespace gradus::core
