#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/compare.h>
#include <gradus/core/view.h>

namespace gradus {
namespace {

// `rows`, taken at `indices`; those of row `padding` pass no gradient on.
Tensor without_gradient(const Tensor& rows, const Tensor& indices, Index padding) {
  const Tensor stays = core::reshape(ne(indices, double(padding)), {indices.numel(), 1});
  return record(rows, "embedding", {rows},
                [stays](const Tensor& dy, Grads& dx) { dx[0] = where(stays, dy, 0); });
}

}  // namespace

Tensor embedding(const Tensor& indices, const Tensor& weight, std::optional<Index> padding_idx) {
  require<DtypeError>(indices.dtype() == i64, "embedding: indices must be i64, got ",
                      indices.dtype());
  require<ShapeError>(weight.rank() == 2, "embedding: weight must be [n, d], got ", weight.shape(),
                      " for indices ", indices.shape());
  const Index n = weight.size(0);
  require<IndexError>(!padding_idx || (*padding_idx >= -n && *padding_idx < n),
                      "embedding: padding_idx must be from ", -n, " to ", n - 1, " for weight ",
                      weight.shape(), ", got ", padding_idx.value_or(0));
  const Tensor dense = indices.dense();
  const auto* index = dense.data<std::int64_t>();
  for (Index i = 0; i < dense.numel(); ++i) {
    require<IndexError>(index[i] >= 0 && index[i] < n, "embedding: indices must be from 0 to ",
                        n - 1, " for weight ", weight.shape(), ", got ", index[i], " at position ",
                        i, " of indices ", indices.shape());
  }
  const Tensor list = core::reshape(dense, {dense.numel()});
  Tensor rows = index_select(weight, 0, list);
  if (padding_idx) {
    rows = without_gradient(rows, list, *padding_idx < 0 ? *padding_idx + n : *padding_idx);
  }
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));
  return reshape(rows, shape);
}

}  // namespace gradus
