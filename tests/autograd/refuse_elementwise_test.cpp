// What comparisons, choices and functions of each element refuse, and the exact words.
#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/powers.h>
#include <gradus/autograd/ops/trigonometric.h>
#include <gtest/gtest.h>

#include "support/naive.h"
#include "support/refusals.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kUndefined;
using test::leaf;

TEST(RefuseElementwise, pairs_that_do_not_broadcast_or_of_other_dtypes) {
  using Op = Tensor (*)(const Tensor&, const Tensor&);
  const std::pair<std::string, Op> ops[] = {
      {"pow", pow}, {"maximum", maximum}, {"minimum", minimum}, {"eq", eq}, {"ne", ne},
      {"lt", lt},   {"le", le},           {"gt", gt},           {"ge", ge}};
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
    expect_error<ValueError>([&] { f(Tensor(), leaf(1)); }, kUndefined);
    expect_error<ValueError>([&] { f(leaf(1), Tensor()); }, kUndefined);
  }
}

TEST(RefuseElementwise, functions_of_integers_or_nothing) {
  using Op = Tensor (*)(const Tensor&);
  const std::pair<std::string, Op> ops[] = {
      {"log1p", log1p},
      {"expm1", expm1},
      {"rsqrt", rsqrt},
      {"sign", sign},
      {"sin", sin},
      {"cos", cos},
      {"erf", erf},
      {"gelu", gelu},
      {"gelu_tanh", gelu_tanh},
      {"silu", silu},
      {"leaky_relu", [](const Tensor& a) { return leaky_relu(a); }},
      {"elu", [](const Tensor& a) { return elu(a); }},
      {"softplus", [](const Tensor& a) { return softplus(a); }},
      {"clamp", [](const Tensor& a) { return clamp(a, 0, 1); }},
      {"pow", [](const Tensor& a) { return pow(2, a); }},
      {"pow", [](const Tensor& a) { return pow(a, a); }},
      {"maximum", [](const Tensor& a) { return maximum(a, a); }},
      {"minimum", [](const Tensor& a) { return minimum(a, a); }}};
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

TEST(RefuseElementwise, options_that_mean_nothing) {
  expect_error<ValueError>(
      [] { clamp(leaf(2, 3), {}); },
      "clamp: a bound must be given, got neither low nor high for a tensor of shape [2, 3]");
  expect_error<ValueError>([] { softplus(leaf(3), 0); },
                           "softplus: beta must be positive, got 0 for a tensor of shape [3]");
}

TEST(RefuseElementwise, conditions_and_choices_that_do_not_fit) {
  const Tensor c = zeros({2, 3}, u8);
  const std::string broadcast =
      "where: shapes must broadcast (equal sizes, or 1, from the last dimension), got ";
  expect_error<ShapeError>([&] { where(c, leaf(2, 4), leaf(2, 3)); },
                           broadcast + "[2, 4] and [2, 3]");
  expect_error<ShapeError>([&] { where(c, leaf(4), leaf(4)); }, broadcast + "[2, 3] and [4]");
  expect_error<DtypeError>([&] { where(leaf(2, 3), leaf(3), leaf(3)); },
                           "where: condition must be u8, got f32; make one with a comparison, "
                           "such as ne(x, 0)");
  expect_error<DtypeError>(
      [&] { where(c, leaf(3), zeros({3}, i64)); },
      "where: operands must have one dtype, got f32 and i64; convert one with convert(x, dtype)");
}

TEST(RefuseElementwise, logic_on_numbers) {
  const std::string mask =
      ": mask must be u8, got f32; make one with a comparison, such as "
      "ne(x, 0)";
  const Tensor c = zeros({3}, u8);
  expect_error<DtypeError>([&] { logical_not(leaf(3)); }, "logical_not" + mask);
  expect_error<DtypeError>([&] { logical_and(leaf(3), c); }, "logical_and" + mask);
  expect_error<DtypeError>([&] { logical_or(c, leaf(3)); }, "logical_or" + mask);
  expect_error<DtypeError>([&] { logical_xor(leaf(3), c); }, "logical_xor" + mask);
  expect_error<ShapeError>([&] { logical_and(c, zeros({2}, u8)); },
                           "logical_and: shapes must broadcast (equal sizes, or 1, from the last "
                           "dimension), got [3] and [2]");
}

}  // namespace
}  // namespace gradus
