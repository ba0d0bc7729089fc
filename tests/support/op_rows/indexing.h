#pragma once
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/softmax.h>

#include "support/op_row.h"

namespace gradus::test {

/// Indices of that shape below n, none in order, some twice.
inline Tensor scattered(const Shape& shape, Index n) {
  std::vector<std::int64_t> values;
  for (Index i = 0; i < count(shape); ++i) {
    values.push_back((i * i + 2 * i + 1) % n);
  }
  return from_vector(values, shape);
}

inline std::vector<OpRow> indexing_rows() {
  return {
      on_shapes("index_select", kDeep,
                [](const Tensor& x) { return index_select(x, 0, scattered({5}, x.size(0))); }),
      on_shapes("index_select_last", kRows,
                [](const Tensor& x) { return index_select(x, -1, scattered({3}, x.size(-1))); }),
      on_shapes("index_select_none", kDeep,
                [](const Tensor& x) { return index_select(x, 1, scattered({0}, 1)); }),
      on_shapes("index_add", kDeep,
                [](const Tensor& x) {
                  return index_add(x * x, 1, scattered({x.size(1)}, x.size(1)), x);
                }),
      on_shapes("gather", kDeep,
                [](const Tensor& x) {
                  Shape shape = x.shape();
                  shape[0] = 4;
                  return gather(x, 0, scattered(shape, x.size(0)));
                }),
      on_shapes("gather_part", kDeep,
                [](const Tensor& x) {
                  Shape shape = x.shape();
                  shape[0] = (shape[0] + 1) / 2;
                  return gather(x, -1, scattered(shape, x.size(-1)));
                }),
      on_shapes("scatter_add", kDeep,
                [](const Tensor& x) {
                  return scatter_add(x * 2, 0, scattered(x.shape(), x.size(0)), x * x);
                }),
      on_shapes("masked_fill", kUnary,
                [](const Tensor& x) {
                  const Tensor mask = scattered(x.shape(), 2);
                  return masked_fill(x * x, convert(mask, u8), 3);
                }),
      on_shapes("tril", kDeep, [](const Tensor& x) { return tril(x * x); }),
      on_shapes("triu", kDeep, [](const Tensor& x) { return triu(x * x, 1); }),
      on_shapes("flip", kDeep,
                [](const Tensor& x) {
                  return flip(x, {0, -1});
                }),
      on_shapes("cumsum", kRows, [](const Tensor& x) { return cumsum(x, 0); }),
      on_shapes("cumsum_last", kDeep, [](const Tensor& x) { return cumsum(x * x, -1); }),
      {"cat",
       [](const Tensors& x) {
         return cat({x[0], x[1], x[0]}, -1);
       },
       {{{1}, {1}},
        {{2}, {3}},
        {{0}, {2}},
        {{2, 3}, {2, 1}},
        {{2, 0}, {2, 2}},
        {{2, 1, 3}, {2, 1, 4}},
        {{2, 3}, {2, 3}},
        {{0, 3}, {0, 2}}}},
      {"stack",
       [](const Tensors& x) {
         return stack({x[0], x[1]}, 0);
       },
       {{{}, {}}, {{1}, {1}}, {{3}, {3}}, {{0}, {0}}, {{2, 3}, {2, 3}}, {{2, 1, 2}, {2, 1, 2}}}},
      on_shapes("stack_last", kDeep,
                [](const Tensor& x) {
                  return stack({x, x * x}, -1);
                }),
      on_shapes("split", kRows, [](const Tensor& x) { return split(x * x, 2, -1)[0]; }),
      on_shapes("chunk", kDeep, [](const Tensor& x) { return chunk(x * x, 2).back(); }),
      on_shapes("pad", kDeep,
                [](const Tensor& x) {
                  return pad(x * x, {{1, 2}, {0, 1}}, 2.5);
                }),
      on_shapes("pad_last", kRows,
                [](const Tensor& x) {
                  return pad(x, {{2, 0}});
                }),
      on_shapes("softmax_middle",
                {{{2, 3, 4}}, {{1, 5, 17}}, {{2, 1, 3}}, {{1, 2, 2}}, {{3, 2, 1}}, {{2, 2, 2, 2}}},
                [](const Tensor& x) { return softmax(x, 1); }),
      on_shapes("softmax_first", kDeep, [](const Tensor& x) { return softmax(x, 0); }),
      on_shapes("log_softmax_first", kDeep, [](const Tensor& x) { return log_softmax(x, 0); })};
}

}  // namespace gradus::test
