#pragma once
#include <gradus/core/elementwise.h>

#include <algorithm>

namespace gradus {

/// Calls f(row) for each row of n numbers; rows of some thousand numbers make a piece.
template <class F>
void for_rows(Index rows, Index n, const F& f) {
  const Index block = std::max<Index>(core::kPieceElements / std::max<Index>(n, 1), 1);
  parallel_for((rows + block - 1) / block, [&](Index piece) {
    for (Index row = piece * block; row < std::min(rows, (piece + 1) * block); ++row) {
      f(row);
    }
  });
}

}  // namespace gradus
