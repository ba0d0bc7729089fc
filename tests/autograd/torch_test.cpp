// Values and gradients against those recorded from PyTorch.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/loss.h>
#include <gtest/gtest.h>

#include "support/recorded_ops.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

Tensor labels(const Tensor& logits) {
  std::vector<std::int64_t> values;
  for (Index row = 0; row < logits.shape()[0]; ++row) {
    values.push_back((3 * row + 1) % logits.shape()[1]);
  }
  return from_vector(values, {logits.shape()[0]});
}

Tensor mlp(const Tensors& x) {
  const Tensor logits = linear(relu(linear(x[0], x[1], x[2])), x[3], x[4]);
  return nn::cross_entropy(logits, labels(logits));
}

const test::NamedOps kTorchOps = {
    {"add", [](const Tensors& x) { return x[0] + x[1]; }},
    {"sub", [](const Tensors& x) { return x[0] - x[1]; }},
    {"mul", [](const Tensors& x) { return x[0] * x[1]; }},
    {"div", [](const Tensors& x) { return x[0] / x[1]; }},
    {"div_number", [](const Tensors& x) { return x[0] / 3; }},
    {"number_div", [](const Tensors& x) { return 3 / x[0]; }},
    {"neg", [](const Tensors& x) { return -x[0]; }},
    {"exp", [](const Tensors& x) { return exp(x[0]); }},
    {"log", [](const Tensors& x) { return log(x[0]); }},
    {"sqrt", [](const Tensors& x) { return sqrt(x[0]); }},
    {"abs", [](const Tensors& x) { return abs(x[0]); }},
    {"pow", [](const Tensors& x) { return pow(x[0], 2.5); }},
    {"relu", [](const Tensors& x) { return relu(x[0]); }},
    {"sigmoid", [](const Tensors& x) { return sigmoid(x[0]); }},
    {"tanh", [](const Tensors& x) { return tanh(x[0]); }},
    {"transpose", [](const Tensors& x) { return transpose(x[0], 0, 1); }},
    {"permute",
     [](const Tensors& x) {
       return permute(x[0], {2, 0, 1});
     }},
    {"slice", [](const Tensors& x) { return slice(x[0], 1, 1, 5, 2); }},
    {"select", [](const Tensors& x) { return select(x[0], 1, -2); }},
    {"expand",
     [](const Tensors& x) {
       return expand(x[0], {2, 3, 2});
     }},
    {"sum", [](const Tensors& x) { return sum(x[0], {0}); }},
    {"mean", [](const Tensors& x) { return mean(x[0], {-1}); }},
    {"matmul", [](const Tensors& x) { return matmul(x[0], x[1]); }},
    {"linear", [](const Tensors& x) { return linear(x[0], x[1], x[2]); }},
    {"softmax", [](const Tensors& x) { return softmax(x[0]); }},
    {"log_softmax", [](const Tensors& x) { return log_softmax(x[0]); }},
    {"cross_entropy", [](const Tensors& x) { return nn::cross_entropy(x[0], labels(x[0])); }},
    {"mse", [](const Tensors& x) { return nn::mse(x[0], x[1]); }},
    {"mlp", mlp}};

TEST(Torch, values_and_gradients_of_operations_agree) {
  test::expect_ops_as_recorded("ops.txt", kTorchOps);
}

}  // namespace
}  // namespace gradus
