#pragma once
// Products of matrices in tiles of our own (core/tile.h), for processors that core/tile.h knows.
#include <gradus/core/blas.h>

namespace gradus::core {

/// An operand of a product: number (row, column) stands at data[row row_step + column column_step],
/// and one of the steps is 1.
template <class T>
struct Operand {
  T* data;
  Index row_step;
  Index column_step;
};

/// C <- A B, or C + A B with `add`, for A: [m, k], B: [k, n] and C: [m, n], all sizes at least 1;
/// shared among threads unless this is inside a parallel loop.  Bits: see core/tile.h.
template <class T>
void tiled_gemm(Index m, Index n, Index k, const Operand<const T>& a, const Operand<const T>& b,
                bool add, const Operand<T>& c);

}  // namespace gradus::core
