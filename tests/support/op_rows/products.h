#pragma once
#include <gradus/autograd/ops/matmul.h>

#include "support/op_row.h"

namespace gradus::test {

inline std::vector<OpRow> product_rows() {
  const std::vector<std::vector<Shape>> layers = {
      {{1, 1}, {1, 1}, {1}},    {{2, 3}, {4, 3}, {4}},    {{3}, {2, 3}, {2}},
      {{0, 3}, {2, 3}, {2}},    {{2, 2, 3}, {4, 3}, {4}}, {{2, 1, 2, 2}, {3, 2}, {3}},
      {{2, 0, 3}, {2, 3}, {2}}, {{2, 3, 0}, {4, 0}, {4}}, {{4, 0}, {2, 0}, {2}},
      {{5, 2}, {1, 2}, {1}}};
  return {{"matmul",
           [](const Tensors& x) { return matmul(x[0], x[1]); },
           {{{1, 1}, {1, 1}},
            {{2, 3}, {3, 4}},
            {{3, 2}, {2, 1}},
            {{1, 4}, {4, 1}},
            {{4, 1}, {1, 3}},
            {{0, 2}, {2, 3}},
            {{2, 0}, {0, 3}},
            {{2, 3}, {3, 0}},
            {{5, 5}, {5, 5}},
            {{3, 3}, {3, 3}}}},
          {"matmul_batched",
           [](const Tensors& x) { return matmul(x[0], x[1]); },
           {{{2, 2, 3}, {2, 3, 2}},
            {{2, 2, 3}, {3, 4}},
            {{2, 3}, {2, 3, 2}},
            {{1, 2, 3}, {4, 3, 1}},
            {{3, 1, 2, 2}, {2, 2, 2}},
            {{2, 1, 1, 2}, {1, 3, 2, 1}},
            {{0, 2, 3}, {3, 2}},
            {{2, 0, 3}, {3, 2}},
            {{2, 2, 0}, {2, 0, 3}},
            {{2, 2, 2}, {2, 2, 2}}}},
          {"matmul_of_vectors",
           [](const Tensors& x) { return matmul(x[0], x[1]); },
           {{{3}, {3}},
            {{1}, {1}},
            {{0}, {0}},
            {{2, 3}, {3}},
            {{3}, {3, 2}},
            {{2, 2, 3}, {3}},
            {{3}, {2, 3, 2}},
            {{2, 0}, {0}},
            {{3}, {0, 3, 2}}}},
          {"linear", [](const Tensors& x) { return linear(x[0], x[1], x[2]); }, layers},
          {"linear_relu", [](const Tensors& x) { return linear_relu(x[0], x[1], x[2]); }, layers},
          {"linear_without_bias",
           [](const Tensors& x) { return linear(x[0], x[1], Tensor()); },
           {{{1, 1}, {1, 1}},
            {{2, 3}, {4, 3}},
            {{3}, {2, 3}},
            {{0, 3}, {2, 3}},
            {{2, 2, 3}, {4, 3}},
            {{3, 3}, {3, 3}},
            {{2, 0, 3}, {2, 3}},
            {{2, 3, 0}, {4, 0}}}}};
}

}  // namespace gradus::test
