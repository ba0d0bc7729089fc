#pragma once
#include <gradus/autograd/ops/functions.h>
#include <gradus/nn/dropout.h>

#include "support/op_row.h"

namespace gradus::test {

inline std::vector<OpRow> function_rows() {
  return {unary("exp", [](const Tensor& x) { return exp(x); }),
          unary(
              "log", [](const Tensor& x) { return log(x); }, false),
          unary(
              "sqrt", [](const Tensor& x) { return sqrt(x); }, false),
          unary("abs", [](const Tensor& x) { return abs(x); }),
          unary("pow_3", [](const Tensor& x) { return pow(x, 3); }),
          unary("pow_0", [](const Tensor& x) { return pow(x, 0); }),
          unary("pow_minus_2", [](const Tensor& x) { return pow(x, -2); }),
          unary(
              "pow_1_5", [](const Tensor& x) { return pow(x, 1.5); }, false),
          unary("relu", [](const Tensor& x) { return relu(x); }),
          unary("sigmoid", [](const Tensor& x) { return sigmoid(x); }),
          unary("tanh", [](const Tensor& x) { return tanh(x); }),
          unary("dropout", [](const Tensor& x) {
            Rng rng(7);  // the same mask at every call
            return nn::Dropout(0.4, rng)(x);
          })};
}

}  // namespace gradus::test
