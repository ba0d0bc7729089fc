#pragma once
#include <gradus/autograd/ops/arithmetic.h>

#include "support/op_row.h"

namespace gradus::test {

inline std::vector<OpRow> arithmetic_rows() {
  return {{"add", [](const Tensors& x) { return x[0] + x[1]; }, kBinary},
          {"sub", [](const Tensors& x) { return x[0] - x[1]; }, kBinary},
          {"mul", [](const Tensors& x) { return x[0] * x[1]; }, kBinary},
          {"div", [](const Tensors& x) { return x[0] / x[1]; }, kBinary, 0.5},
          unary("add_number", [](const Tensor& x) { return x + 2.5; }),
          unary("number_add", [](const Tensor& x) { return -0.5 + x; }),
          unary("sub_number", [](const Tensor& x) { return x - 2.5; }),
          unary("number_sub", [](const Tensor& x) { return 2.5 - x; }),
          unary("mul_number", [](const Tensor& x) { return x * -3.0; }),
          unary("number_mul", [](const Tensor& x) { return 0.25 * x; }),
          unary("div_number", [](const Tensor& x) { return x / 3.0; }),
          unary("number_div", [](const Tensor& x) { return 2.0 / x; }),
          unary("neg", [](const Tensor& x) { return -x; })};
}

}  // namespace gradus::test
