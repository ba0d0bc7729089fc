#include <gradus/nn/init.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;

struct Moments {
  double mean = 0;
  double variance = 0;
  double largest = 0;
};
Moments moments(const Tensor& x) {
  Moments m;
  const std::vector<float> values = x.to_vector();
  const auto n = double(values.size());
  for (const float v : values) {
    m.mean += v / n;
    m.variance += double(v) * v / n;
    m.largest = std::max(m.largest, std::fabs(double(v)));
  }
  return m;
}

// 200,000 numbers: five deviations of the mean are 0.011 of the numbers' own deviation, and of the
// variance 0.016 (normal) or 0.01 (uniform) of itself.
void expect_moments(const Tensor& x, double deviation) {
  const Moments m = moments(x);
  EXPECT_NEAR(m.mean, 0, 0.0112 * deviation);
  EXPECT_NEAR(m.variance, deviation * deviation, 0.016 * deviation * deviation);
}

// fan_in 100 * 5, fan_out 80 * 5
Tensor weight() { return zeros({80, 100, 5}); }
Tensor big() { return zeros({400, 100, 5}); }  // fan_in 500, fan_out 2000

TEST(Init, fans_count_the_inputs_and_outputs_of_one_unit) {
  EXPECT_EQ(nn::fans(zeros({3, 7})).in, 7);
  EXPECT_EQ(nn::fans(zeros({3, 7})).out, 3);
  EXPECT_EQ(nn::fans(zeros({8, 3, 5, 2})).in, 30);
  EXPECT_EQ(nn::fans(zeros({8, 3, 5, 2})).out, 80);
  expect_error<ShapeError>([] { nn::fans(zeros({3})); },
                           "fans: weight must be [out, in, ...], got [3]");
}

TEST(Init, xavier_uniform_has_variance_2_over_both_fans) {
  Rng rng(1);
  const Tensor x = big();
  nn::xavier_uniform(x, rng, 3);
  const double deviation = 3 * std::sqrt(2.0 / 2500);
  expect_moments(x, deviation);
  const double bound = 3 * std::sqrt(6.0 / 2500);
  EXPECT_LE(moments(x).largest, bound * (1 + 1e-7));
  EXPECT_GT(moments(x).largest, 0.999 * bound);
}

TEST(Init, xavier_normal_has_variance_2_over_both_fans) {
  Rng rng(1);
  const Tensor x = big();
  nn::xavier_normal(x, rng);
  expect_moments(x, std::sqrt(2.0 / 2500));
  EXPECT_GT(moments(x).largest, 4 * std::sqrt(2.0 / 2500));  // not uniform
}

TEST(Init, kaiming_uniform_has_variance_2_over_fan_in) {
  Rng rng(1);
  const Tensor x = big();
  nn::kaiming_uniform(x, rng);
  expect_moments(x, std::sqrt(2.0 / 500));
  const double bound = std::sqrt(6.0 / 500);
  EXPECT_LE(moments(x).largest, bound * (1 + 1e-7));
  EXPECT_GT(moments(x).largest, 0.999 * bound);
  nn::kaiming_uniform(x, rng, 1);
  expect_moments(x, std::sqrt(1.0 / 500));
}

TEST(Init, kaiming_normal_has_variance_2_over_fan_in) {
  Rng rng(1);
  const Tensor x = big();
  nn::kaiming_normal(x, rng);
  expect_moments(x, std::sqrt(2.0 / 500));
  EXPECT_GT(moments(x).largest, 4 * std::sqrt(2.0 / 500));
}

TEST(Init, uniform_and_normal_are_what_they_say) {
  Rng rng(1);
  const Tensor x = zeros({200'000});
  nn::uniform(x, rng, 2, 4);
  const std::vector<float> values = x.to_vector();
  EXPECT_GE(*std::min_element(values.begin(), values.end()), 2);
  EXPECT_LT(*std::max_element(values.begin(), values.end()), 4);
  EXPECT_NEAR(moments(x).mean, 3, 0.0112 / std::sqrt(3.0));
  nn::normal(x, rng, -5, 0.5);
  EXPECT_NEAR(moments(x).mean, -5, 0.0056);
  EXPECT_NEAR(moments(x).variance - 25, 0.25, 0.06);
}

TEST(Init, fills_parameters_in_place_and_with_the_same_numbers_for_the_same_seed) {
  Rng a(1);
  Rng b(1);
  const Tensor x = weight().set_requires_grad();
  const Tensor y = weight();
  nn::kaiming_normal(x, a);
  nn::kaiming_normal(y, b);
  EXPECT_EQ(x.to_vector(), y.to_vector());
  EXPECT_TRUE(x.requires_grad());
  nn::kaiming_normal(y, b);
  EXPECT_NE(x.to_vector(), y.to_vector());
}

TEST(Init, refuses_wrong_gains_bounds_and_ranks) {
  Rng rng(1);
  expect_error<ValueError>([&] { nn::kaiming_uniform(weight(), rng, -1); },
                           "kaiming_uniform: gain must be finite and at least 0, got -1");
  expect_error<ValueError>([&] { nn::xavier_normal(weight(), rng, NAN); },
                           "xavier_normal: gain must be finite and at least 0, got nan");
  EXPECT_THROW(nn::xavier_uniform(weight(), rng, INFINITY), ValueError);
  EXPECT_THROW(nn::kaiming_normal(zeros({3}), rng), ShapeError);
  EXPECT_THROW(nn::uniform(weight(), rng, 1, 0), ValueError);
  EXPECT_THROW(nn::normal(weight(), rng, 0, -1), ValueError);
}

}  // namespace
}  // namespace gradus
