#pragma once
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/nn/loss.h>

#include "support/op_row.h"

namespace gradus::test {

inline Tensor labels_for(const Tensor& logits) {
  std::vector<std::int64_t> labels;
  for (Index row = 0; row < logits.shape()[0]; ++row) {
    labels.push_back((3 * row + 1) % logits.shape()[1]);
  }
  return from_vector(labels, {logits.shape()[0]});
}

inline std::vector<OpRow> reduce_rows() {
  return {
      unary("sum", [](const Tensor& x) { return sum(x); }),
      on_shapes("sum_first", kDeep, [](const Tensor& x) { return sum(x, {0}); }),
      on_shapes("sum_last_keepdim", kRows, [](const Tensor& x) { return sum(x, {-1}, true); }),
      on_shapes("sum_two", kDeep,
                [](const Tensor& x) {
                  return sum(x, {-1, 0});
                }),
      on_shapes("mean", kDeep, [](const Tensor& x) { return mean(x); }),
      on_shapes("mean_last", kRows, [](const Tensor& x) { return mean(x, {-1}); }),
      on_shapes("mean_first_keepdim", kDeep, [](const Tensor& x) { return mean(x, {0}, true); }),
      on_shapes("softmax", kRows, [](const Tensor& x) { return softmax(x); }),
      on_shapes("log_softmax", kRows, [](const Tensor& x) { return log_softmax(x); }),
      on_shapes("cross_entropy", {{{1, 1}}, {{1, 3}}, {{4, 2}}, {{3, 5}}, {{7, 3}}, {{2, 10}}},
                [](const Tensor& x) { return cross_entropy(x, labels_for(x)); }),
      {"mse",
       [](const Tensors& x) { return nn::mse(x[0], x[1]); },
       {{{}, {}},
        {{1}, {1}},
        {{4}, {4}},
        {{2, 3}, {2, 3}},
        {{3, 1, 2}, {3, 1, 2}},
        {{5, 1}, {5, 1}}}}};
}

}  // namespace gradus::test
