// Functions of each element and choices against values and gradients recorded from PyTorch.
#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/powers.h>
#include <gradus/autograd/ops/trigonometric.h>
#include <gtest/gtest.h>

#include "support/recorded_ops.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

const test::NamedOps kTorchElementwiseOps = {
    {"log1p", [](const Tensors& x) { return log1p(x[0]); }},
    {"expm1", [](const Tensors& x) { return expm1(x[0]); }},
    {"rsqrt", [](const Tensors& x) { return rsqrt(x[0]); }},
    {"sign", [](const Tensors& x) { return sign(x[0]); }},
    {"sin", [](const Tensors& x) { return sin(x[0]); }},
    {"cos", [](const Tensors& x) { return cos(x[0]); }},
    {"erf", [](const Tensors& x) { return erf(x[0]); }},
    {"leaky_relu", [](const Tensors& x) { return leaky_relu(x[0], 0.2); }},
    {"elu", [](const Tensors& x) { return elu(x[0], 1.5); }},
    {"gelu", [](const Tensors& x) { return gelu(x[0]); }},
    {"gelu_tanh", [](const Tensors& x) { return gelu_tanh(x[0]); }},
    {"silu", [](const Tensors& x) { return silu(x[0]); }},
    {"softplus", [](const Tensors& x) { return softplus(x[0]); }},
    {"softplus_beta", [](const Tensors& x) { return softplus(x[0], 3, 1.5); }},
    {"clamp", [](const Tensors& x) { return clamp(x[0], -0.5, 0.7); }},
    {"clamp_low", [](const Tensors& x) { return clamp(x[0], 0.1); }},
    {"clamp_high", [](const Tensors& x) { return clamp(x[0], {}, 0.1); }},
    {"pow_pair", [](const Tensors& x) { return pow(x[0], x[1]); }},
    {"number_pow", [](const Tensors& x) { return pow(2.5, x[0]); }},
    {"maximum", [](const Tensors& x) { return maximum(x[0], x[1]); }},
    {"maximum_of_equals", [](const Tensors& x) { return maximum(x[0], abs(x[0])); }},
    {"minimum", [](const Tensors& x) { return minimum(x[0], x[1]); }},
    {"minimum_of_equals", [](const Tensors& x) { return minimum(abs(x[0]), x[0]); }},
    {"where", [](const Tensors& x) { return where(x[0] > 0, x[0], x[1]); }},
    {"where_less", [](const Tensors& x) { return where(x[0] < x[1], x[0] * x[1], x[1]); }}};

TEST(TorchElementwise, values_and_gradients_agree) {
  test::expect_ops_as_recorded("ops_elementwise.txt", kTorchElementwiseOps);
}

}  // namespace
}  // namespace gradus
