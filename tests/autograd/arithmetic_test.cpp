// Exact values of + - * / and means, where rounding or range could spoil them.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/autograd/ops/view.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "support/limits.h"

namespace gradus {
namespace {

using test::kHigh;
using test::kLow;

Tensor number(double value, Dtype dtype = f64) { return full({}, value, dtype); }

TEST(Arithmetic, tensors_and_numbers_combine_in_every_order) {
  const Tensor x = from_vector<double>({1, -4}, {2});
  using V = std::vector<double>;
  EXPECT_EQ((x + 2).to_vector<double>(), (V{3, -2}));
  EXPECT_EQ((2 + x).to_vector<double>(), (V{3, -2}));
  EXPECT_EQ((x - 2).to_vector<double>(), (V{-1, -6}));
  EXPECT_EQ((2 - x).to_vector<double>(), (V{1, 6}));
  EXPECT_EQ((x * 2).to_vector<double>(), (V{2, -8}));
  EXPECT_EQ((2 * x).to_vector<double>(), (V{2, -8}));
  EXPECT_EQ((x / 2).to_vector<double>(), (V{0.5, -2}));
  EXPECT_EQ((2 / x).to_vector<double>(), (V{2, -0.5}));
  EXPECT_EQ((-x).to_vector<double>(), (V{-1, 4}));
  EXPECT_EQ((x / x).to_vector<double>(), (V{1, 1}));
}

TEST(Arithmetic, division_by_a_number_is_rounded_once) {
  for (int n = 1; n < 1000; ++n) {
    EXPECT_EQ((number(n) / n).item(), 1) << n;
    EXPECT_EQ((number(7) / n).item(), 7.0 / n) << n;
    EXPECT_EQ((number(7, f32) / n).item(), double(7.0F / float(n))) << n;
  }
}

TEST(Arithmetic, division_by_a_number_without_a_reciprocal_is_finite) {
  EXPECT_EQ((number(1e-310) / 1e-310).item(), 1);
  EXPECT_EQ((number(0) / 1e-310).item(), 0);
}

TEST(Arithmetic, gradient_of_division_by_a_number_is_rounded_once) {
  Tensor x = number(1);
  x.set_requires_grad();
  backward(x / 49, {.upstream = number(49)});
  EXPECT_EQ(x.grad().item(), 1);
}

// d(a/b)/db = -a / b^2 is in range where b^2 is not.
TEST(Arithmetic, gradient_of_a_divisor_survives_an_extreme_square) {
  for (const double size : {1e-25, 1e25}) {
    Tensor b = number(size, f32);
    b.set_requires_grad();
    (number(size, f32) / b).backward();
    EXPECT_NEAR(b.grad().item() * size, -1, 1e-6);
    b.set_grad(Tensor());
    (size / b).backward();
    EXPECT_NEAR(b.grad().item() * size, -1, 1e-6);
  }
}

TEST(Arithmetic, of_whole_numbers_stays_whole_and_wraps_around) {
  using Whole = std::vector<std::int64_t>;
  const Tensor x = transpose(from_vector<std::int64_t>({1, kLow, -3, kHigh}, {2, 2}), 0, 1);
  const auto values = [](const Tensor& y) { return y.to_vector<std::int64_t>(); };
  EXPECT_EQ(values(-x), (Whole{-1, 3, kLow, -kHigh}));
  EXPECT_EQ(values(x - 1), (Whole{0, -4, kHigh, kHigh - 1}));
  EXPECT_EQ(values(1 - x), (Whole{0, 4, kLow + 1, kLow + 2}));
  EXPECT_EQ(values(x + 1), (Whole{2, -2, kLow + 1, kLow}));
  EXPECT_EQ(values(2 * x), (Whole{2, -6, 0, -2}));
  EXPECT_EQ(values(amax(x, {0})), (Whole{1, kHigh}));
  EXPECT_EQ(values(amin(x, {}, true)), (Whole{kLow}));
  EXPECT_EQ(amin(from_vector<std::uint8_t>({9, 200}, {2})).item(), 9);
}

TEST(Arithmetic, the_mean_of_equal_numbers_is_that_number) {
  for (Index n = 1; n < 300; ++n) {
    EXPECT_EQ(mean(ones({n}, f64)).item(), 1) << n;
    EXPECT_EQ(mean(ones({2, n}, f32), {1}).to_vector(), (std::vector<float>{1, 1})) << n;
  }
}

TEST(Arithmetic, the_product_of_nothing_is_one) {
  EXPECT_EQ(prod(zeros({0})).item(), 1);
  EXPECT_EQ(prod(zeros({2, 0}), {1}).to_vector(), (std::vector<float>{1, 1}));
}

TEST(Arithmetic, the_mean_of_nothing_is_nan_and_nothing) {
  EXPECT_TRUE(std::isnan(mean(zeros({0})).item()));
  EXPECT_EQ(mean(zeros({3, 0}), {0}).shape(), (Shape{0}));
  for (const float value : mean(zeros({3, 0}), {1}).to_vector()) {
    EXPECT_TRUE(std::isnan(value));
  }
}

}  // namespace
}  // namespace gradus
