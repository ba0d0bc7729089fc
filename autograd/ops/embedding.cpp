#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/view.h>

namespace gradus {

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
  return reshape(index_select(weight, 0, core::reshape(dense, {dense.numel()})), shape);
}

}  // namespace gradus
