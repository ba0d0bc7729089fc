#pragma once
// How BLAS sees the last two dimensions of a tensor, and loops over the matrices that lie along the
// others.
#include <gradus/core/blas.h>
#include <gradus/core/parallel.h>

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

/// A tensor's matrices along the leading dimensions of `result`, where those of size 1 are
/// stretched.
class MatrixBatch {
 public:
  MatrixBatch(const Tensor& operand, const Shape& result) : x_(operand), result_(result) {
    if (!as_matrix(x_, matrix_)) {
      x_ = x_.clone();
      as_matrix(x_, matrix_);
    }
    const int shift = result.rank() - x_.rank();
    for (int d = 0; d < x_.rank() - 2; ++d) {
      steps_[shift + d] = x_.shape()[d] == 1 ? 0 : x_.strides()[d];
    }
  }

  /// The operand, or a copy that BLAS can read.
  const Tensor& tensor() const { return x_; }
  const Matrix& matrix() const { return matrix_; }
  /// Where the matrix of that index begins.
  Index offset(Index index) const {
    Index place = 0;
    for (int d = result_.rank() - 3; d >= 0; --d) {
      place += index % result_[d] * steps_[d];
      index /= result_[d];
    }
    return place;
  }

 private:
  Tensor x_;
  Shape result_;
  Matrix matrix_;
  Index steps_[kMaxRank] = {};
};

/// f(0), ..., f(count - 1), each of `work` multiply-adds, in pieces that are worth a thread.
template <class F>
void for_matrices(Index count, double work, const F& f) {
  constexpr double kPieceWork = 5e5;
  const Index each = Index(std::min(kPieceWork / std::max(work, 1.0) + 1, double(count)));
  parallel_for((count + each - 1) / std::max<Index>(each, 1), [&](Index piece) {
    for (Index i = piece * each; i < std::min(count, (piece + 1) * each); ++i) {
      f(i);
    }
  });
}

}  // namespace gradus::core
