#pragma once
// Elements by index.  Indices are i64, checked before anything is read: core/index.h has the rules
// and the errors.  The derivatives of reading are sums into the places that were read, in an order
// that depends on the shapes alone; those of writing read.
#include <gradus/core/index.h>

namespace gradus {

/// The slices of x at `indices`, [n], along `dim`.  Any dtype.
Tensor index_select(const Tensor& x, Index dim, const Tensor& indices);
/// x with slice i of `source` added at indices[i] along `dim`.
Tensor index_add(const Tensor& x, Index dim, const Tensor& indices, const Tensor& source);
/// y[i][j][k] = x[i][indices[i][j][k]][k] for dim = 1, and so on.  Any dtype.
Tensor gather(const Tensor& x, Index dim, const Tensor& indices);
/// x with each element of `source`, of the indices' shape, added where gather would read.
Tensor scatter_add(const Tensor& x, Index dim, const Tensor& indices, const Tensor& source);

/// `value` where `mask` (u8, broadcast to x) is not 0, otherwise x.  Throws ValueError for a value
/// that x's dtype cannot hold.
Tensor masked_fill(const Tensor& x, const Tensor& mask, double value);
/// x where column - row <= diagonal (>= for triu), otherwise 0, in the last two dimensions.
Tensor tril(const Tensor& x, Index diagonal = 0);
Tensor triu(const Tensor& x, Index diagonal = 0);

/// The elements in reverse order along each of `dims`.  Any dtype.
Tensor flip(const Tensor& x, const std::vector<Index>& dims);
/// Running sums along `dim`.
Tensor cumsum(const Tensor& x, Index dim);

using core::one_hot;

}  // namespace gradus
