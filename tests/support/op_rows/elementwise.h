#pragma once
#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/powers.h>
#include <gradus/autograd/ops/trigonometric.h>
#include <gradus/nn/activation.h>

#include "support/op_row.h"

namespace gradus::test {

// 1 and 0 in turn, in the order of the elements.
inline Tensor every_second(const Shape& shape) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(count(shape)));
  for (std::size_t i = 0; i < values.size(); i += 2) {
    values[i] = 1;
  }
  return from_vector(values, shape);
}

// Numbers far from those of the tests, above or below them by their sign, so that no difference
// quotient crosses from one choice to the other.
inline Tensor apart(const Tensor& x) { return x * 0.1 + 6 * sign(x.detach()); }

inline std::vector<OpRow> elementwise_rows() {
  return {
      unary(
          "log1p", [](const Tensor& x) { return log1p(x); }, false),
      unary("expm1", [](const Tensor& x) { return expm1(x); }),
      unary(
          "rsqrt", [](const Tensor& x) { return rsqrt(x); }, false),
      unary("sign", [](const Tensor& x) { return sign(x) * x; }),
      unary("sin", [](const Tensor& x) { return sin(x); }),
      unary("cos", [](const Tensor& x) { return cos(x); }),
      unary("erf", [](const Tensor& x) { return erf(x); }),
      unary("leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.2); }),
      unary("elu", [](const Tensor& x) { return elu(x, 1.5); }),
      unary("gelu", [](const Tensor& x) { return gelu(x); }),
      unary("gelu_tanh", [](const Tensor& x) { return gelu_tanh(x); }),
      unary("silu", [](const Tensor& x) { return silu(x); }),
      unary("softplus", [](const Tensor& x) { return softplus(x); }),
      unary("softplus_over_threshold", [](const Tensor& x) { return softplus(x, 20, 2); }),
      unary("LeakyReLU", [](const Tensor& x) { return nn::LeakyReLU(0.3)(x); }),
      unary("ELU", [](const Tensor& x) { return nn::ELU(0.5)(x); }),
      unary("GELU", [](const Tensor& x) { return nn::GELU(nn::GELU::Approximate::tanh)(x); }),
      unary("SiLU", [](const Tensor& x) { return nn::SiLU()(x); }),
      unary("Softplus", [](const Tensor& x) { return nn::Softplus(2)(x); }),
      unary("clamp", [](const Tensor& x) { return clamp(x * 10, -2, 2.5) * x; }),
      unary("clamp_low", [](const Tensor& x) { return clamp(x, 0) * x; }),
      unary("clamp_high", [](const Tensor& x) { return clamp(x, {}, 0) * x; }),
      unary("number_pow", [](const Tensor& x) { return pow(2.5, x); }),
      unary("zero_pow", [](const Tensor& x) { return pow(0, x * x) + x; }),
      {"pow_pair", [](const Tensors& x) { return pow(x[0], x[1]); }, kBinary, 0.5, 1.5, false},
      {"maximum", [](const Tensors& x) { return maximum(x[0], apart(x[1])); }, kBinary},
      {"minimum", [](const Tensors& x) { return minimum(apart(x[0]), x[1]); }, kBinary},
      {"maximum_of_equals",
       [](const Tensors& x) { return maximum(x[0], x[0]) * minimum(x[1], x[1]); }, kBinary},
      {"where",
       [](const Tensors& x) {
         const Shape shape = broadcast_shapes("where", x[0].shape(), x[1].shape());
         return where(every_second(shape), x[0] * x[0], x[1] * x[1]);
       },
       kBinary},
      {"where_less",
       [](const Tensors& x) { return where(apart(x[0]) < x[1], sin(x[0]), x[1] * x[0]); }, kBinary},
      unary("where_number", [](const Tensor& x) {
        return where(x > 0, exp(x), 2.0) + where(x <= 0, 3.0, sin(x));
      })};
}

}  // namespace gradus::test
