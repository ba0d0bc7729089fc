#pragma once
#include <gradus/autograd/ops/view.h>

#include "support/op_row.h"

namespace gradus::test {

inline std::vector<OpRow> view_rows() {
  return {
      on_shapes("reshape", kUnary,
                [](const Tensor& x) {
                  return x.numel() ? reshape(x, {-1}) : reshape(x, {0, 4});
                }),
      on_shapes("reshape_pair", kDeep,
                [](const Tensor& x) {
                  return reshape(x, {x.size(-1), -1});
                }),
      on_shapes("transpose", kDeep, [](const Tensor& x) { return transpose(x, 0, -1); }),
      on_shapes("permute", kUnary,
                [](const Tensor& x) {
                  std::vector<Index> order;  // each dimension one place on
                  for (int d = 0; d < x.rank(); ++d) {
                    order.push_back((d + 1) % x.rank());
                  }
                  return permute(x, order);
                }),
      on_shapes("slice", kRows, [](const Tensor& x) { return slice(x, -1, 1, 100, 2); }),
      on_shapes("slice_first", kDeep, [](const Tensor& x) { return slice(x, 0, -2, 1000); }),
      on_shapes("slice_nothing", kDeep, [](const Tensor& x) { return slice(x, 0, 2, 1); }),
      on_shapes("select", kRows, [](const Tensor& x) { return select(x, -1, -1); }),
      on_shapes("select_first", kDeep, [](const Tensor& x) { return select(x, 0, 0); }),
      on_shapes("expand", kUnary,
                [](const Tensor& x) {
                  Shape shape = x.shape();
                  for (int d = 0; d < shape.rank(); ++d) {
                    shape[d] = shape[d] == 1 ? 3 : shape[d];
                  }
                  shape.insert(0, 2);
                  return expand(x, shape);
                }),
      on_shapes("squeeze", kUnary,
                [](const Tensor& x) { return squeeze(unsqueeze(x, x.rank()), -1); }),
      on_shapes(
          "squeeze_first",
          {{{1}}, {{1, 3}}, {{1, 1}}, {{1, 0}}, {{1, 2, 2}}, {{1, 4}}, {{1, 1, 5}}, {{1, 3, 1}}},
          [](const Tensor& x) { return squeeze(x, 0); }),
      on_shapes("unsqueeze", kUnary, [](const Tensor& x) { return unsqueeze(x, 0); }),
      on_shapes("flatten", kUnary, [](const Tensor& x) { return flatten(x); }),
      on_shapes("flatten_from_1", kDeep, [](const Tensor& x) { return flatten(x, 1); }),
      on_shapes("flatten_the_first", kDeep, [](const Tensor& x) { return flatten(x, 0, -2); })};
}

}  // namespace gradus::test
