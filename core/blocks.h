#pragma once
// A range in blocks.
#include <gradus/core/shape.h>

namespace gradus::core {

/// Calls f(first, size) for 0, ..., n - 1 in as few blocks of at most `most` as there can be, all
/// of about the same size.
template <class F>
void for_blocks(Index n, Index most, F f) {
  const Index blocks = (n + most - 1) / most;
  for (Index block = 0; block < blocks; ++block) {
    const Index first = n * block / blocks;
    f(first, n * (block + 1) / blocks - first);
  }
}

}  // namespace gradus::core
