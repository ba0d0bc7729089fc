#pragma once
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/core/view.h>

#include "support/op_row.h"

namespace gradus::test {

/// At least two elements in the first dimension, and in all.
inline const ShapeLists kSeveral = {{{2}},    {{3}},       {{2, 3}}, {{3, 1}}, {{2, 1, 3}},
                                    {{4, 2}}, {{3, 2, 2}}, {{2, 0}}, {{5}},    {{2, 2, 1, 2}}};

inline std::vector<OpRow> statistics_rows() {
  return {
      on_shapes("var", kSeveral, [](const Tensor& x) { return var(x, {0}); }),
      on_shapes("var_of_all", kDeep, [](const Tensor& x) { return var(x, {}, {.correction = 0}); }),
      on_shapes("var_keepdim", kSeveral,
                [](const Tensor& x) { return var(x, {0}, {.correction = 0.5, .keepdim = true}); }),
      on_shapes("stddev",
                {{{3, 2}}, {{2, 3}}, {{3, 1, 2}}, {{3, 3}}, {{2, 2, 2}}, {{1, 7}}, {{4, 4}}},
                [](const Tensor& x) { return stddev(x, {-1}); }),
      unary("prod", [](const Tensor& x) { return prod(x); }),
      on_shapes("prod_first", kDeep, [](const Tensor& x) { return prod(x, {0}); }),
      on_shapes("prod_keepdim", kRows, [](const Tensor& x) { return prod(x, {-1}, true); }),
      on_shapes("prod_of_a_zero", kDeep,
                [](const Tensor& x) {
                  const Tensor mask = ones(x.shape(), x.dtype());
                  fill(core::select(core::select(mask, 0, 0), 0, 0), 0);
                  return prod(x * mask, {0, 1});
                }),
      on_shapes("logsumexp", kRows, [](const Tensor& x) { return logsumexp(x, {-1}); }),
      on_shapes("logsumexp_of_all", kDeep, [](const Tensor& x) { return logsumexp(x * 3); }),
      on_shapes("logsumexp_keepdim", kDeep,
                [](const Tensor& x) { return logsumexp(x, {0}, true); }),
      on_shapes("amax", kRows, [](const Tensor& x) { return amax(x, {-1}); }),
      on_shapes("amax_of_all", kDeep, [](const Tensor& x) { return amax(x); }),
      on_shapes("amin", kDeep,
                [](const Tensor& x) {
                  return amin(x, {0, 1}, true);
                }),
      on_shapes("max", kRows, [](const Tensor& x) { return max(x, -1).values; }),
      on_shapes("max_of_all", kDeep, [](const Tensor& x) { return max(x); }),
      on_shapes("prod_of_ends",
                {{{2, 3, 2}}, {{2, 1, 3}}, {{3, 2, 1, 2}}, {{1, 4, 2}}, {{2, 2, 2}}, {{3, 1, 1}}},
                [](const Tensor& x) {
                  return prod(x, {0, -1});
                }),
      on_shapes("prod_first_two",
                {{{2, 3, 2}}, {{2, 1, 17}}, {{3, 2, 1, 2}}, {{1, 4, 2}}, {{2, 2, 2}}, {{3, 1, 1}}},
                [](const Tensor& x) {
                  return prod(x, {0, 1}, true);
                }),
      on_shapes("min", kDeep, [](const Tensor& x) { return min(x, 0, true).values; })};
}

}  // namespace gradus::test
