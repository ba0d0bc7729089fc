#pragma once
// How BLAS sees the last two dimensions of a tensor.
#include <gradus/core/blas.h>

#include <algorithm>

namespace gradus::core {

struct Matrix {
  blas::Form form = blas::Form::plain;
  Index step = 0;  ///< distance of rows, or of columns where transposed
};

/// False if neither rows nor columns are dense, as BLAS needs.  x: [..., rows, columns]
inline bool as_matrix(const Tensor& x, Matrix& matrix) {
  const Index rows = x.shape()[x.rank() - 2];
  const Index columns = x.shape()[x.rank() - 1];
  const Index row_step = x.strides()[x.rank() - 2];
  const Index column_step = x.strides()[x.rank() - 1];
  if (columns <= 1 || column_step == 1) {
    matrix = {blas::Form::plain, rows <= 1 ? std::max<Index>(columns, 1) : row_step};
    if (matrix.step >= std::max<Index>(columns, 1)) {
      return true;
    }
  }
  if (rows <= 1 || row_step == 1) {
    matrix = {blas::Form::transposed, columns <= 1 ? std::max<Index>(rows, 1) : column_step};
    return matrix.step >= std::max<Index>(rows, 1);
  }
  return false;
}

}  // namespace gradus::core
