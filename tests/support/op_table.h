#pragma once
// The table of differentiable operations: how to call each, and on which shapes.  Tests go over its
// rows; a new op is a new row.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/loss.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace gradus::test {

using Tensors = std::vector<Tensor>;
using ShapeLists = std::vector<std::vector<Shape>>;

struct OpRow {
  std::string name;
  std::function<Tensor(const Tensors&)> f;
  ShapeLists shapes;       ///< of the inputs, one list a case
  double low = 0.2;        ///< inputs are random with low <= |x| < high,
  double high = 1.5;       ///<
  bool both_signs = true;  ///< and of any sign, or positive
};
inline void PrintTo(const OpRow& row, std::ostream* out) { *out << row.name; }

/// Rank 0, size 1, empty, and several of each rank.
inline const ShapeLists kUnary = {{{}},     {{1}},       {{0}},         {{5}},
                                  {{2, 3}}, {{3, 0, 2}}, {{2, 1, 3}},   {{1, 1}},
                                  {{17}},   {{4, 2, 2}}, {{2, 3, 1, 2}}};
/// Every pattern of broadcasting: by rank, by size 1 on either side and on both, with empty ones.
inline const ShapeLists kBinary = {{{}, {}},
                                   {{3}, {}},
                                   {{}, {2, 3}},
                                   {{1}, {4}},
                                   {{4}, {1}},
                                   {{4}, {4}},
                                   {{2, 3}, {2, 3}},
                                   {{2, 3}, {3}},
                                   {{3}, {2, 3}},
                                   {{2, 3}, {2, 1}},
                                   {{1, 3}, {2, 3}},
                                   {{2, 1}, {1, 3}},
                                   {{2, 1, 4}, {3, 1}},
                                   {{1, 1, 1}, {2}},
                                   {{0}, {1}},
                                   {{2, 0}, {1, 1}},
                                   {{1}, {2, 0, 3}},
                                   {{2, 2, 2, 2}, {2, 1, 2}}};
/// At least one dimension, none of them empty in the last.
inline const ShapeLists kRows = {{{1}},       {{4}},       {{2, 3}},    {{3, 1}},
                                 {{0, 3}},    {{2, 2, 3}}, {{1, 2, 5}}, {{2, 0, 2}},
                                 {{1, 1, 1}}, {{7}},       {{5, 4}}};
/// Two dimensions and more, none empty.
inline const ShapeLists kDeep = {{{2, 3}},    {{3, 2}},       {{1, 4}},    {{4, 1}},
                                 {{2, 3, 4}}, {{1, 3, 1}},    {{2, 1, 3}}, {{3, 2, 2}},
                                 {{1, 1}},    {{2, 2, 1, 3}}, {{5, 2}}};

template <class F>
OpRow unary(const char* name, F f, bool both_signs = true) {
  return {name, [f](const Tensors& x) { return f(x[0]); }, kUnary, 0.3, 1.5, both_signs};
}

template <class F>
OpRow on_shapes(const char* name, const ShapeLists& shapes, F f) {
  return {name, [f](const Tensors& x) { return f(x[0]); }, shapes};
}

inline Tensor labels_for(const Tensor& logits) {
  std::vector<std::int64_t> labels;
  for (Index row = 0; row < logits.shape()[0]; ++row) {
    labels.push_back((3 * row + 1) % logits.shape()[1]);
  }
  return from_vector(labels, {logits.shape()[0]});
}

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
      on_shapes("flatten", kDeep, [](const Tensor& x) { return flatten(x); }),
      on_shapes("flatten_all", kUnary, [](const Tensor& x) { return flatten(x, 0); })};
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

inline std::vector<OpRow> product_rows() {
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
          {"linear",
           [](const Tensors& x) { return linear(x[0], x[1], x[2]); },
           {{{1, 1}, {1, 1}, {1}},
            {{2, 3}, {4, 3}, {4}},
            {{3}, {2, 3}, {2}},
            {{0, 3}, {2, 3}, {2}},
            {{2, 2, 3}, {4, 3}, {4}},
            {{2, 1, 2, 2}, {3, 2}, {3}},
            {{2, 0, 3}, {2, 3}, {2}},
            {{2, 3, 0}, {4, 0}, {4}},
            {{4, 0}, {2, 0}, {2}},
            {{5, 2}, {1, 2}, {1}}}},
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

/// All rows.
inline std::vector<OpRow> op_table() {
  std::vector<OpRow> all;
  for (const auto& rows :
       {arithmetic_rows(), function_rows(), view_rows(), reduce_rows(), product_rows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

}  // namespace gradus::test
