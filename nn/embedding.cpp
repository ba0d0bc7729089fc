#include <gradus/autograd/ops/embedding.h>
#include <gradus/nn/embedding.h>

namespace gradus::nn {

Embedding::Embedding(Index n, Index d, Rng& rng) {
  require(n >= 1 && d >= 1, "Embedding: n and d must be at least 1, got ", n, " and ", d);
  weight = randn({n, d}, rng).set_requires_grad();
}

Tensor Embedding::forward(const Tensor& x) { return embedding(x, weight); }

void Embedding::fields(Fields& visit) { visit("weight", weight); }

}  // namespace gradus::nn
