#pragma once
// Elements by index, and sums into them.  Numbers only; nothing is recorded.  Indices are i64 and
// are all checked before anything is read or written: from 0 to one below the size of the
// dimension that they point into, negative ones not allowed (as in PyTorch).
//
// Sums run in double and in the order of the indices, so results are the same bits for any number
// of threads.  Errors: DtypeError, ShapeError, and IndexError naming value, position and range.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus::core {

/// The slices of x at `indices`, [n], along `dim`, one after the other.  Any dtype.
Tensor index_select(const Tensor& x, Index dim, const Tensor& indices);
/// Zeros of that shape, with slice i of `source` added at indices[i] along `dim`: undoes
/// index_select.  `where` is what errors name.
Tensor index_sum(const char* where, const Shape& shape, Index dim, const Tensor& indices,
                 const Tensor& source);

/// y[i][j][k] = x[i][indices[i][j][k]][k] for dim = 1, and so on.  `indices` has x's rank and, but
/// along `dim`, sizes of at most x's.  Any dtype.
Tensor gather(const Tensor& x, Index dim, const Tensor& indices);
/// Zeros of that shape, with each element of `source`, of the indices' shape, added where gather
/// would have read it.  `where` is what errors name.
Tensor scatter_sum(const char* where, const Shape& shape, Index dim, const Tensor& indices,
                   const Tensor& source);

/// 1 at each index along a new last dimension of that size, otherwise 0.  classes = -1: one more
/// than the largest index.
Tensor one_hot(const Tensor& indices, Index classes = -1, Dtype dtype = i64);

/// The elements in reverse order along each of `dims`.  Any dtype.
Tensor flip(const Tensor& x, const std::vector<Index>& dims);

/// 1 (u8) where column - row <= diagonal, otherwise 0: the lower triangle of [rows, columns].
Tensor lower_triangle(Index rows, Index columns, Index diagonal = 0);

/// Running sums along `dim`, of x's dtype, summed in double.  f32 or f64.
Tensor cumsum(const Tensor& x, Index dim);

}  // namespace gradus::core
