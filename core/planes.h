#pragma once
// Planes, images of one channel each: all in memory, or one after the other in the cache, where
// what makes them or uses them is the next operation.
#include <gradus/core/shape.h>

#include <functional>

namespace gradus::core {

/// What a loop reads.
template <class T>
struct PlanesIn {
  Index area;              ///< numbers of a plane
  const T* all = nullptr;  ///< where they are in memory; null if they are made
  /// Makes `count` of them.  Threads call it at once.
  std::function<void(Index first, Index count, T* to)> make = {};

  /// Numbers of the buffer that operator() takes for so many planes.
  Index buffer(Index count) const { return all ? 0 : count * area; }
  /// Where those planes are: in memory, or in the buffer.
  const T* operator()(Index first, Index count, T* buffer) const {
    if (all) {
      return all + first * area;
    }
    make(first, count, buffer);
    return buffer;
  }
};

/// What a loop writes.
template <class T>
struct PlanesOut {
  Index area;
  T* all = nullptr;
  /// Uses `count` of them.  Threads call it at once.
  std::function<void(Index first, Index count, const T* from)> take = {};

  Index buffer(Index count) const { return all ? 0 : count * area; }
  /// Calls f(to), which makes those planes there.
  template <class F>
  void operator()(Index first, Index count, T* buffer, F f) const {
    if (all) {
      return f(all + first * area);
    }
    f(buffer);
    take(first, count, buffer);
  }
};

}  // namespace gradus::core
