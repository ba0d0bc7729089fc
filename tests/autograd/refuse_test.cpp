// What operations refuse, and the exact words.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/view.h>
#include <gtest/gtest.h>

#include "support/naive.h"
#include "support/refusals.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kUndefined;
using test::leaf;

TEST(Refuse, arithmetic_with_shapes_that_do_not_broadcast_or_other_dtypes) {
  using Op = Tensor (*)(const Tensor&, const Tensor&);
  const std::pair<std::string, Op> ops[] = {{"add", add}, {"sub", sub}, {"mul", mul}, {"div", div}};
  for (const auto& op : ops) {
    const std::string& name = op.first;
    const Op f = op.second;
    const std::string broadcast =
        name + ": shapes must broadcast (equal sizes, or 1, from the last dimension), got ";
    expect_error<ShapeError>([&] { f(leaf(2, 3), leaf(2, 4)); }, broadcast + "[2, 3] and [2, 4]");
    expect_error<ShapeError>([&] { f(leaf(3), leaf(0)); }, broadcast + "[3] and [0]");
    expect_error<DtypeError>(
        [&] { f(leaf(3), zeros({3}, f64)); },
        name +
            ": operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)");
    expect_error<DtypeError>(
        [&] { f(zeros({3}, i64), zeros({3}, i64)); },
        name + ": dtype must be f32 or f64, got i64; convert it with convert(x, f32)");
    expect_error<ValueError>([&] { f(Tensor(), leaf(1)); }, kUndefined);
    expect_error<ValueError>([&] { f(leaf(1), Tensor()); }, kUndefined);
  }
}

TEST(Refuse, functions_and_numbers_with_integers_or_nothing) {
  using Op = Tensor (*)(const Tensor&);
  const std::pair<std::string, Op> ops[] = {
      {"exp", exp},
      {"log", log},
      {"sqrt", sqrt},
      {"abs", abs},
      {"relu", relu},
      {"sigmoid", sigmoid},
      {"tanh", tanh},
      {"softmax", [](const Tensor& a) { return softmax(a); }},
      {"log_softmax", [](const Tensor& a) { return log_softmax(a); }},
      {"pow", [](const Tensor& a) { return pow(a, 2); }},
      {"div", [](const Tensor& a) { return a / 2; }},
      {"div", [](const Tensor& a) { return 2 / a; }},
      {"mean", [](const Tensor& a) { return mean(a); }}};
  for (const auto& op : ops) {
    const std::string& name = op.first;
    const Op f = op.second;
    for (const Dtype dtype : {i64, u8}) {
      expect_error<DtypeError>([&] { f(ones({3}, dtype)); },
                               name + ": dtype must be f32 or f64, got " + to_text(dtype) +
                                   "; convert it with convert(x, f32)");
    }
    expect_error<ValueError>([&] { f(Tensor()); }, kUndefined);
  }
}

TEST(Refuse, views_that_do_not_fit) {
  expect_error<ShapeError>([] { reshape(leaf(2, 3), {4}); },
                           "reshape: [4] must hold as many elements as [2, 3], got 4 and 6");
  expect_error<ShapeError>(
      [] {
        reshape(leaf(2, 3), {-1, -1});
      },
      "reshape: only one size may be -1, got [-1, -1]");
  expect_error<ShapeError>(
      [] {
        reshape(leaf(2, 3), {4, -1});
      },
      "reshape: cannot infer -1 in [4, -1] for a tensor of shape [2, 3]");
  expect_error<IndexError>([] { transpose(leaf(2, 3), 0, 2); },
                           "transpose: dim must be from -2 to 1 for a tensor of rank 2, got 2");
  expect_error<IndexError>([] { transpose(leaf(2, 3), -3, 0); },
                           "transpose: dim must be from -2 to 1 for a tensor of rank 2, got -3");
  expect_error<ShapeError>(
      [] {
        permute(leaf(2, 3), {0, 0});
      },
      "permute: order must name each dimension of [2, 3] once, got [0, 0]");
  expect_error<ShapeError>([] { permute(leaf(2, 3), {0}); },
                           "permute: order must name each dimension of [2, 3] once, got [0]");
  expect_error<ValueError>([] { slice(leaf(2), 0, 0, 2, 0); },
                           "slice: step must be at least 1, got 0");
  expect_error<IndexError>([] { slice(leaf(2), 1, 0, 2); },
                           "slice: dim must be from -1 to 0 for a tensor of rank 1, got 1");
  expect_error<IndexError>([] { select(leaf(2, 3), 1, 3); },
                           "select: index must be from -3 to 2 along dimension 1 of [2, 3], got 3");
  expect_error<IndexError>(
      [] { select(leaf(2, 3), 0, -3); },
      "select: index must be from -2 to 1 along dimension 0 of [2, 3], got -3");
  expect_error<ShapeError>([] { select(leaf(), 0, 0); },
                           "select: tensor must have a dimension, got shape []");
}

TEST(Refuse, views_of_other_sizes) {
  expect_error<ShapeError>(
      [] {
        expand(leaf(2, 3), {4, 3});
      },
      "expand: [2, 3] must broadcast to the shape asked for, got [4, 3]");
  expect_error<ShapeError>([] { expand(leaf(2, 3), {3}); },
                           "expand: [2, 3] must broadcast to the shape asked for, got [3]");
  expect_error<ShapeError>([] { squeeze(leaf(2, 3), 0); },
                           "squeeze: dimension 0 must have size 1, got shape [2, 3]");
  expect_error<IndexError>([] { squeeze(leaf(1), 1); },
                           "squeeze: dim must be from -1 to 0 for a tensor of rank 1, got 1");
  expect_error<IndexError>([] { unsqueeze(leaf(2), 2); },
                           "unsqueeze: dim must be from -2 to 1 for a tensor of rank 2, got 2");
  expect_error<ShapeError>([] { unsqueeze(leaf(1, 1, 1, 1, 1, 1, 1, 1), 0); },
                           "Shape: rank must be at most 8, got one dimension more than "
                           "[1, 1, 1, 1, 1, 1, 1, 1]");
  expect_error<IndexError>([] { flatten(leaf(2, 3), 2); },
                           "flatten: dim must be from -2 to 1 for a tensor of rank 2, got 2");
  expect_error<IndexError>([] { flatten(leaf(), 1); },
                           "flatten: dim must be from -1 to 0 for a tensor of rank 0, got 1");
  expect_error<ValueError>(
      [] { flatten(leaf(2, 3, 4), 2, 1); },
      "flatten: start_dim must not be behind end_dim, got 2 and 1 for a tensor of shape [2, 3, 4]");
}

TEST(Refuse, reductions_over_dimensions_that_are_not_there_or_named_twice) {
  expect_error<IndexError>([] { sum(leaf(2, 3), {2}); },
                           "sum: dim must be from -2 to 1 for a tensor of rank 2, got 2");
  expect_error<ValueError>([] { sum(leaf(2, 3), {1, -1}); }, "sum: dims must differ, got -1 twice");
  expect_error<IndexError>([] { mean(leaf(2, 3), {-3}); },
                           "mean: dim must be from -2 to 1 for a tensor of rank 2, got -3");
  expect_error<ValueError>([] { mean(leaf(2, 3), {0, 0}); }, "mean: dims must differ, got 0 twice");
  const std::string rows = ": tensor must be [..., classes] with at least one class, got ";
  expect_error<ShapeError>([] { softmax(leaf()); }, "softmax" + rows + "[]");
  expect_error<ShapeError>([] { softmax(leaf(2, 0)); }, "softmax" + rows + "[2, 0]");
  expect_error<ShapeError>([] { log_softmax(leaf()); }, "log_softmax" + rows + "[]");
  expect_error<ShapeError>([] { log_softmax(leaf(0)); }, "log_softmax" + rows + "[0]");
}

TEST(Refuse, products_of_matrices_that_do_not_fit) {
  const std::string inner = "matmul: operands must be [..., m, k] and [..., k, n], or [k], got ";
  expect_error<ShapeError>([&] { matmul(leaf(2, 3), leaf(2, 3)); }, inner + "[2, 3] and [2, 3]");
  expect_error<ShapeError>([&] { matmul(leaf(2), leaf(3, 2)); }, inner + "[2] and [3, 2]");
  expect_error<ShapeError>([&] { matmul(leaf(3), leaf(2)); }, inner + "[3] and [2]");
  expect_error<ShapeError>([&] { matmul(leaf(2, 3), leaf()); }, inner + "[2, 3] and []");
  expect_error<ShapeError>([&] { matmul(leaf(4, 2, 3), leaf(4, 2, 3)); },
                           inner + "[4, 2, 3] and [4, 2, 3]");
  expect_error<ShapeError>(
      [&] { matmul(leaf(4, 2, 3), leaf(5, 3, 2)); },
      "matmul: operands must be [..., m, k] and [..., k, n], whose other dimensions broadcast, got "
      "[4, 2, 3] and [5, 3, 2]");
  expect_error<DtypeError>(
      [] {
        matmul(leaf(2, 3), zeros({3, 2}, f64));
      },
      "matmul: matrices must have one dtype, got f32 and f64");
  expect_error<DtypeError>(
      [] {
        matmul(zeros({2, 3}, i64), zeros({3, 2}, i64));
      },
      "matmul: dtype must be f32 or f64, got i64; convert it with convert(x, f32)");
  const std::string linear_shapes = "linear: x must be [..., in] and weight [out, in], got ";
  expect_error<ShapeError>([&] { linear(leaf(2, 3), leaf(3, 4), Tensor()); },
                           linear_shapes + "[2, 3] and [3, 4]");
  expect_error<ShapeError>([&] { linear(leaf(), leaf(3, 4), Tensor()); },
                           linear_shapes + "[] and [3, 4]");
  expect_error<ShapeError>([] { linear(leaf(2, 3), leaf(4, 3), leaf(3)); },
                           "linear: bias must be [out] for weight [4, 3], got [3]");
  expect_error<DtypeError>(
      [] { linear(leaf(2, 3), leaf(4, 3), zeros({4}, f64)); },
      "linear: operands must have one dtype, got f32 and f64; convert one with "
      "convert(x, dtype)");
}

}  // namespace
}  // namespace gradus
