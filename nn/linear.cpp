#include <gradus/autograd/ops/matmul.h>
#include <gradus/nn/init.h>
#include <gradus/nn/linear.h>

#include <cmath>

namespace gradus::nn {

Linear::Linear(Index in, Index out, Rng& rng, bool with_bias) {
  require(in >= 1 && out >= 1, "Linear: in and out must be at least 1, got ", in, " and ", out);
  const double bound = 1 / std::sqrt(double(in));
  weight = empty({out, in});
  uniform(weight, rng, -bound, bound);
  weight.set_requires_grad();
  if (with_bias) {
    bias = empty({out});
    uniform(bias, rng, -bound, bound);
    bias.set_requires_grad();
  }
}

Tensor Linear::forward(const Tensor& x) { return linear(x, weight, bias); }

void Linear::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
}

}  // namespace gradus::nn
