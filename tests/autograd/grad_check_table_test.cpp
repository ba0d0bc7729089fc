// Every differentiable operation against central differences, and f32 against f64.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/grad_check.h>
#include <gradus/autograd/hooks.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "support/cases.h"

namespace gradus {
namespace {

using test::Case;
using test::OpRow;
using test::Tensors;

// Far below the default: all rows are smooth where they are tried, so only rounding in the
// differences is left, 1e-16 / 1e-6 a term.
constexpr GradCheckOptions kStrict{.absolute = 1e-8, .relative = 1e-8};

class OpTable : public testing::TestWithParam<const OpRow*> {};

Tensors requiring_gradient(Tensors leaves) {
  for (Tensor& x : leaves) {
    x.set_requires_grad();
  }
  return leaves;
}

TEST_P(OpTable, has_at_least_24_cases) { EXPECT_GE(cases_of(*GetParam()).size(), 24u); }

TEST_P(OpTable, derivatives_agree_with_central_differences) {
  for (const Case& c : cases_of(*GetParam())) {
    const GradCheckResult result = check_gradients(c.f, requiring_gradient(c.leaves), kStrict);
    EXPECT_TRUE(result) << c.name << ": " << result.report;
  }
}

// A derivative that is a little wrong does not pass, whichever the operation, the case and the
// input.
TEST_P(OpTable, a_planted_wrong_derivative_is_caught) {
  for (const Case& c : cases_of(*GetParam())) {
    for (std::size_t i = 0; i < c.leaves.size(); ++i) {
      Tensors leaves = c.leaves;
      for (Tensor& x : leaves) {
        x = x.detach();
      }
      on_gradient(leaves[i].set_requires_grad(),
                  [](const Tensor& dx) { return dx * 1.001 + 1e-4; });
      const bool passes{check_gradients(c.f, leaves, kStrict)};
      EXPECT_EQ(passes, leaves[i].numel() == 0) << c.name << ", input " << i;
    }
  }
}

// One input of several may be a constant: the others' derivatives must not depend on it.
TEST_P(OpTable, derivatives_of_single_inputs_agree_too) {
  for (const Case& c : cases_of(*GetParam())) {
    for (std::size_t i = 0; c.leaves.size() > 1 && i < c.leaves.size(); ++i) {
      Tensors leaves = c.leaves;
      for (Tensor& x : leaves) {
        x = x.detach();
      }
      leaves[i].set_requires_grad();
      const GradCheckResult result = check_gradients(c.f, leaves, kStrict);
      EXPECT_TRUE(result) << c.name << ", input " << i << ": " << result.report;
    }
  }
}

std::vector<double> values_and_gradients(const Case& c) {
  Tensors leaves = c.leaves;
  for (Tensor& x : leaves) {
    x = x.detach().set_requires_grad();
  }
  const Tensor y = c.f(leaves);
  backward(y, {.upstream = full(y.shape(), 0.7, f64)});
  std::vector<double> all = y.to_vector<double>();
  for (const Tensor& x : leaves) {
    const std::vector<double> dx = x.grad().to_vector<double>();
    all.insert(all.end(), dx.begin(), dx.end());
  }
  return all;
}

TEST_P(OpTable, gives_the_same_bits_twice) {
  const auto same = [](double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  };
  for (const Case& c : cases_of(*GetParam())) {
    const std::vector<double> first = values_and_gradients(c);
    const std::vector<double> second = values_and_gradients(c);
    EXPECT_TRUE(std::equal(first.begin(), first.end(), second.begin(), second.end(), same))
        << c.name;
  }
}

// Rounding to f32 leaves 6e-8 of each operand; sums here have at most 30 terms of size 1.5.
void expect_close(const Tensor& f32_values, const Tensor& f64_values, const std::string& note) {
  ASSERT_EQ(f32_values.dtype(), f32) << note;
  ASSERT_EQ(f32_values.shape(), f64_values.shape()) << note;
  const std::vector<float> a = f32_values.to_vector<float>();
  const std::vector<double> b = f64_values.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(double(a[i]), b[i], 4e-6 * (1 + std::fabs(b[i]))) << note;
  }
}

TEST_P(OpTable, f32_agrees_with_f64) {
  for (const Case& c : cases_of(*GetParam())) {
    Tensors wide;
    Tensors narrow;
    for (const Tensor& x : c.leaves) {
      narrow.push_back(convert(x, f32).set_requires_grad());
      wide.push_back(convert(narrow.back(), f64).set_requires_grad());
    }
    const Tensor y = c.f(wide);
    const Tensor z = c.f(narrow);
    expect_close(z, y, c.name);
    backward(y, {.upstream = full(y.shape(), 0.75, f64)});
    backward(z, {.upstream = full(z.shape(), 0.75, f32)});
    for (std::size_t i = 0; i < wide.size(); ++i) {
      expect_close(narrow[i].grad(), wide[i].grad(), c.name + ", gradient");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Op, OpTable, testing::ValuesIn(test::op_rows()),
                         [](const auto& row) { return row.param->name; });

}  // namespace
}  // namespace gradus
