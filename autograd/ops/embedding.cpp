#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/core/parallel.h>

#include <algorithm>
#include <vector>

namespace gradus {
namespace {

constexpr Index kPiece = 16384;  // numbers

// The sum of the rows of dy at each index, [n, d].  Its own derivative takes the rows back.
Tensor sum_rows(const Tensor& dy, const Tensor& indices, Index n) {
  const Index d = dy.size(-1);
  Tensor dw({n, d}, dy.dtype());
  const auto* index = indices.data<std::int64_t>();
  // The places of each row, one row after the other: a counting sort.
  std::vector<Index> ends(static_cast<std::size_t>(n) + 1, 0);
  for (Index i = 0; i < indices.numel(); ++i) {
    ++ends[static_cast<std::size_t>(index[i]) + 1];
  }
  for (std::size_t row = 1; row < ends.size(); ++row) {
    ends[row] += ends[row - 1];
  }
  std::vector<Index> next(ends.begin(), ends.end() - 1);
  std::vector<Index> places(static_cast<std::size_t>(indices.numel()));
  for (Index i = 0; i < indices.numel(); ++i) {
    places[static_cast<std::size_t>(next[static_cast<std::size_t>(index[i])]++)] = i;
  }
  const Index block = std::max<Index>(kPiece / std::max<Index>(d, 1), 1);
  visit_floating("embedding", dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = dy.dense();
    const T* from = dense.data<T>();
    T* to = dw.mutable_data<T>();
    parallel_for((n + block - 1) / block, [&](Index piece) {
      std::vector<double> sums(static_cast<std::size_t>(d));
      for (Index row = piece * block; row < std::min(n, (piece + 1) * block); ++row) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (Index k = ends[std::size_t(row)]; k < ends[std::size_t(row) + 1]; ++k) {
          const T* part = from + places[static_cast<std::size_t>(k)] * d;
          for (Index j = 0; j < d; ++j) {
            sums[static_cast<std::size_t>(j)] += double(part[j]);
          }
        }
        std::transform(sums.begin(), sums.end(), to + row * d, [](double sum) { return T(sum); });
      }
    });
  });
  return record(dw, "sum_rows", {dy}, [indices = Saved(indices)](const Tensor& ddw, Grads& ddy) {
    ddy[0] = embedding(*indices, ddw);
  });
}

}  // namespace

Tensor embedding(const Tensor& indices, const Tensor& weight) {
  require<DtypeError>(indices.dtype() == i64, "embedding: indices must be i64, got ",
                      indices.dtype());
  require<ShapeError>(weight.rank() == 2, "embedding: weight must be [n, d], got ", weight.shape(),
                      " for indices ", indices.shape());
  const Index n = weight.size(0);
  const Index d = weight.size(1);
  const Tensor dense = indices.dense();
  const auto* index = dense.data<std::int64_t>();
  for (Index i = 0; i < dense.numel(); ++i) {
    require<IndexError>(index[i] >= 0 && index[i] < n, "embedding: indices must be from 0 to ",
                        n - 1, " for weight ", weight.shape(), ", got ", index[i],
                        " among indices ", indices.shape());
  }
  Shape shape = indices.shape();
  shape.push_back(d);
  Tensor y(shape, weight.dtype());
  visit_floating("embedding", weight.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor table = weight.dense();
    const T* from = table.data<T>();
    T* to = y.mutable_data<T>();
    for (Index i = 0; i < dense.numel(); ++i) {
      std::copy_n(from + index[i] * d, d, to + i * d);
    }
  });
  return record(y, "embedding", {weight}, [indices = Saved(dense), n](const Tensor& dy, Grads& dx) {
    dx[0] = sum_rows(dy, *indices, n);
  });
}

}  // namespace gradus
