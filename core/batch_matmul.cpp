#include <gradus/core/batch_matmul.h>
#include <gradus/core/matrix.h>
#include <gradus/core/view.h>

namespace gradus::core {
namespace {

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

}  // namespace

Tensor batch_matmul(const char* where, const Tensor& a, const Tensor& b) {
  const Shape shape = product_shape(where, a, b);
  const Index m = shape[shape.rank() - 2];
  const Index n = shape[shape.rank() - 1];
  const Index k = a.size(-1);
  const MatrixBatch left(a, shape);
  const MatrixBatch right(b, shape);
  Tensor c(shape, a.dtype());
  visit_floating(where, a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (c.numel() == 0) {
      return;
    }
    const T* from_a = left.tensor().data<T>();
    const T* from_b = right.tensor().data<T>();
    T* to = c.mutable_data<T>();
    const Index batch = c.numel() / (m * n);
    const auto multiply = [&](Index i) {
      blas::gemm<T>(left.matrix().form, right.matrix().form, m, n, k, 1, from_a + left.offset(i),
                    left.matrix().step, from_b + right.offset(i), right.matrix().step, 0,
                    to + i * m * n, n);
    };
    const double work = double(m) * double(n) * double(k);
    if (batch < kFew && work >= kLargeWork) {
      for (Index i = 0; i < batch; ++i) {
        multiply(i);
      }
    } else {
      for_matrices(batch, work, multiply);
    }
  });
  return c;
}

}  // namespace gradus::core
