#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/nn/layer_norm.h>

namespace gradus::nn {

LayerNorm::LayerNorm(Index n, double eps) : eps_(eps) {
  require(n >= 1 && eps > 0, "LayerNorm: n must be at least 1 and eps positive, got ", n, " and ",
          eps);
  weight = ones({n}).set_requires_grad();
  bias = zeros({n}).set_requires_grad();
}

Tensor LayerNorm::forward(const Tensor& x) { return layer_norm(x, weight, bias, eps_); }

void LayerNorm::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
}

}  // namespace gradus::nn
