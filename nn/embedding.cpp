#include <gradus/autograd/ops/embedding.h>
#include <gradus/core/view.h>
#include <gradus/nn/embedding.h>

namespace gradus::nn {

Embedding::Embedding(Index n, Index d, Rng& rng, std::optional<Index> padding_idx)
    : padding_idx_(padding_idx) {
  require(n >= 1 && d >= 1, "Embedding: n and d must be at least 1, got ", n, " and ", d);
  weight = randn({n, d}, rng);
  if (padding_idx) {
    require<IndexError>(*padding_idx >= -n && *padding_idx < n,
                        "Embedding: padding_idx must be from ", -n, " to ", n - 1, ", got ",
                        *padding_idx);
    fill(core::select(weight, 0, *padding_idx), 0);
  }
  weight.set_requires_grad();
}

Tensor Embedding::forward(const Tensor& x) { return embedding(x, weight, padding_idx_); }

void Embedding::fields(Fields& visit) { visit("weight", weight); }

}  // namespace gradus::nn
