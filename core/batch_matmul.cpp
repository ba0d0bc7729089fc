#include <gradus/core/batch_matmul.h>
#include <gradus/core/matrix.h>
#include <gradus/core/parallel.h>
#include <gradus/core/view.h>

namespace gradus::core {
namespace {

// Pieces of a loop over matrices hold at least this many multiply-adds.
constexpr double kPieceWork = 5e5;
// Few products as large as this run one after the other, each in parallel tiles of its own.
constexpr double kLargeWork = 3e7;
constexpr Index kFew = 16;

// The shape of the result.
Shape product_shape(const char* where, const Tensor& a, const Tensor& b) {
  const int rank_a = a.rank();
  const int rank_b = b.rank();
  const int rank = std::max(rank_a, rank_b);
  bool fits = std::min(rank_a, rank_b) >= 2 && a.shape()[rank_a - 1] == b.shape()[rank_b - 2];
  Shape shape = rank_a >= rank_b ? a.shape() : b.shape();
  for (int d = 3; fits && d <= std::min(rank_a, rank_b); ++d) {
    const Index size_a = a.shape()[rank_a - d];
    const Index size_b = b.shape()[rank_b - d];
    fits = size_a == size_b || size_a == 1 || size_b == 1;
    shape[rank - d] = size_a == 1 ? size_b : size_a;
  }
  require<ShapeError>(fits, where,
                      ": operands must be [..., m, k] and [..., k, n], whose other dimensions "
                      "broadcast, got ",
                      a.shape(), " and ", b.shape());
  require<DtypeError>(a.dtype() == b.dtype(), where, ": matrices must have one dtype, got ",
                      a.dtype(), " and ", b.dtype());
  shape[rank - 2] = a.shape()[rank_a - 2];
  shape[rank - 1] = b.shape()[rank_b - 1];
  return shape;
}

// An operand as BLAS takes it, with its strides along the batch: 0 where it is stretched.
struct Batch {
  Tensor x;
  Matrix matrix;
  Index strides[kMaxRank] = {};

  Batch(const Tensor& operand, const Shape& result) : x(operand) {
    if (!as_matrix(x, matrix)) {
      x = x.clone();
      as_matrix(x, matrix);
    }
    const int shift = result.rank() - x.rank();
    for (int d = 0; d < x.rank() - 2; ++d) {
      strides[shift + d] = x.shape()[d] == 1 ? 0 : x.strides()[d];
    }
  }

  // Where the matrix of that index begins.
  Index offset(Index index, const Shape& result) const {
    Index place = 0;
    for (int d = result.rank() - 3; d >= 0; --d) {
      place += index % result[d] * strides[d];
      index /= result[d];
    }
    return place;
  }
};

}  // namespace

Tensor batch_matmul(const char* where, const Tensor& a, const Tensor& b) {
  const Shape shape = product_shape(where, a, b);
  const Index m = shape[shape.rank() - 2];
  const Index n = shape[shape.rank() - 1];
  const Index k = a.size(-1);
  const Batch left(a, shape);
  const Batch right(b, shape);
  Tensor c(shape, a.dtype());
  visit_floating(where, a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (c.numel() == 0) {
      return;
    }
    const T* from_a = left.x.data<T>();
    const T* from_b = right.x.data<T>();
    T* to = c.mutable_data<T>();
    const Index batch = c.numel() / (m * n);
    const auto multiply = [&](Index i) {
      blas::gemm<T>(left.matrix.form, right.matrix.form, m, n, k, 1, from_a + left.offset(i, shape),
                    left.matrix.step, from_b + right.offset(i, shape), right.matrix.step, 0,
                    to + i * m * n, n);
    };
    const double work = double(m) * double(n) * double(k);
    const Index each = Index(std::min(kPieceWork / std::max(work, 1.0) + 1, double(batch)));
    if (each == batch || (batch < kFew && work >= kLargeWork)) {
      for (Index i = 0; i < batch; ++i) {
        multiply(i);
      }
      return;
    }
    parallel_for((batch + each - 1) / each, [&](Index piece) {
      for (Index i = piece * each; i < std::min(batch, (piece + 1) * each); ++i) {
        multiply(i);
      }
    });
  });
  return c;
}

}  // namespace gradus::core
