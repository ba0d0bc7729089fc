#pragma once
// A range in blocks.
#include <gradus/core/parallel.h>
#include <gradus/core/shape.h>

#include <algorithm>

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

/// Pieces of a parallel loop for each thread, where there are enough: one may be held up.
constexpr Index kPiecesPerThread = 4;

/// Into how many parts, at most `most`, each of n tasks is cut so that every thread has some.
inline Index parts_of_tasks(Index n, Index most) {
  return std::clamp<Index>(kPiecesPerThread * num_threads() / std::max<Index>(n, 1), 1, most);
}

/// Calls f(begin, end) for runs of 0, ..., n - 1, few for each thread, in a parallel loop: for
/// tasks that share working memory.
template <class F>
void for_runs(Index n, F f) {
  const Index runs = std::min(n, kPiecesPerThread * num_threads());
  parallel_for(runs, [&](Index run) { f(n * run / runs, n * (run + 1) / runs); });
}

}  // namespace gradus::core
