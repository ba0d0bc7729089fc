#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/activation.h>

namespace gradus::nn {

Tensor ReLU::forward(const Tensor& x) { return relu(x); }
Tensor Sigmoid::forward(const Tensor& x) { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) { return tanh(x); }
Tensor LeakyReLU::forward(const Tensor& x) { return leaky_relu(x, negative_slope); }
Tensor ELU::forward(const Tensor& x) { return elu(x, alpha); }
Tensor GELU::forward(const Tensor& x) {
  return approximate == Approximate::tanh ? gelu_tanh(x) : gelu(x);
}
Tensor SiLU::forward(const Tensor& x) { return silu(x); }
Softplus::Softplus(double b, double t) : beta(b), threshold(t) {
  require(b > 0, "Softplus: beta must be positive, got ", b);
}
Tensor Softplus::forward(const Tensor& x) { return softplus(x, beta, threshold); }
Tensor Flatten::forward(const Tensor& x) { return flatten(x, 1); }

}  // namespace gradus::nn
