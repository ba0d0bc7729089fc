#pragma once
// Sums over a batch in shares: parts of the batch that are summed up by themselves, as many
// whatever the number of threads, and then added in double.
#include <gradus/core/parallel.h>
#include <gradus/core/shape.h>

#include <algorithm>

namespace gradus::core {

/// Of a sum of n numbers over `units` of the batch, where there are enough of them: 16, or fewer
/// for a large n, so that all shares hold some four million numbers, but at least 4.
inline Index count_shares(Index units, Index n) {
  constexpr Index kMostNumbers = Index{1} << 22;
  constexpr Index kShares = 16;
  return std::min(units, std::clamp<Index>(kMostNumbers / n, 4, kShares));
}

/// to[i] <- the sum of share[i] over the shares of n numbers, in their order.
template <class From, class T>
void add_shares(const From* from, Index shares, Index n, T* to) {
  parallel_for((n + kPieceElements - 1) / kPieceElements, [&](Index piece) {
    for (Index i = piece * kPieceElements; i < std::min(n, (piece + 1) * kPieceElements); ++i) {
      double sum = 0;
      for (Index share = 0; share < shares; ++share) {
        sum += double(from[share * n + i]);
      }
      to[i] = T(sum);
    }
  });
}

}  // namespace gradus::core
