#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/activation.h>

namespace gradus::nn {

Tensor ReLU::forward(const Tensor& x) { return relu(x); }
Tensor Sigmoid::forward(const Tensor& x) { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) { return tanh(x); }
Tensor Flatten::forward(const Tensor& x) { return flatten(x); }

}  // namespace gradus::nn
