// What docs/adam_and_rmsprop.md says about zero and tiny gradients.
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "article_rules.h"
#include "article_runs.h"

namespace gradus::test::article {
namespace {

using optim::Adam;
using optim::RMSprop;

/// A zero gradient is averaged in like any other.
template <class R>
std::string forgets_at_zero(const R& rule, std::string_view average, double rho) {
  Walk<R> walk(rule, {0});
  walk.step({1});
  const double before = walk.state(average);
  walk.step({0});
  const double after = walk.state(average);
  return std::fabs(after - rho * before) < 1e-15
             ? ""
             : "v " + std::to_string(before) + ", then " + std::to_string(after);
}

TEST(ZeroGradients, are_averaged_in_like_others) {
  EXPECT_EQ(forgets_at_zero(RMSprop{}, "square_avg", 0.99), "");
  EXPECT_EQ(forgets_at_zero(Adam{}, "v", 0.999), "");
  EXPECT_EQ(forgets_at_zero(KeptAtZero{}, "v", 0.9), "v 0.100000, then 0.100000");

  Walk walk(RMSprop{}, {0});
  walk.step({1});
  EXPECT_NEAR(walk.state("square_avg"), 0.0100, 1e-12);
  walk.step({0});
  EXPECT_NEAR(walk.state("square_avg"), 0.0099, 1e-12);
}

/// How far 50 zero gradients move a number, in lr, after one gradient of 1.
template <class R>
double coasting(const R& rule) {
  Numbers gradients = repeat(0, 51);
  gradients[0] = 1;
  double sum = 0;
  for (const double step : steps_in_rates(rule, gradients)) {
    sum += step;
  }
  return sum - steps_in_rates(rule, {1})[0];
}

TEST(ZeroGradients, move_what_has_momentum) {
  EXPECT_EQ(coasting(optim::SGD{}), 0);
  EXPECT_EQ(coasting(RMSprop{}), 0);
  EXPECT_NEAR(coasting(optim::SGD{.momentum = 0.9}), 8.95, 5e-3);
  EXPECT_NEAR(coasting(RMSprop{.momentum = 0.9}), 89.5, 5e-2);
  EXPECT_NEAR(coasting(Adam{}), 4.97, 5e-3);
}

TEST(ZeroGradients, move_weights_where_the_average_is_in_the_numerator) {
  // v = 1 and w = 0 after one gradient of sqrt(10), whose own step is taken off.
  Numbers gradients = repeat(0, 51);
  gradients[0] = std::sqrt(10);
  double sum = 0;
  const Numbers steps = steps_in_rates(SquareInNumerator{}, gradients);
  for (std::size_t t = 1; t < steps.size(); ++t) {
    sum += steps[t] * 0.01;
  }
  EXPECT_NEAR(sum, 0.17, 2e-3);
}

TEST(ZeroGradients, are_followed_by_a_long_step) {
  Numbers gradients = repeat(1, 500);
  gradients.resize(2500, 0);
  gradients.push_back(1);
  EXPECT_NEAR(steps_in_rates(RMSprop{.alpha = 0.9}, gradients).back(), 3.162, 1e-3);
  EXPECT_NEAR(steps_in_rates(RMSprop{.alpha = 0.99}, gradients).back(), 10, 1e-3);
  gradients = repeat(1, 20000);
  gradients.resize(40000, 0);
  gradients.push_back(1);
  EXPECT_NEAR(steps_in_rates(Adam{}, gradients).back(), 3.16, 5e-3);
}

/// Zero gradients until a v of 1e-4 has left the normal numbers of f32.
int steps_to_subnormal(float rho) {
  int steps = 0;
  for (float v = 1e-4F; v >= std::numeric_limits<float>::min(); v *= rho) {
    ++steps;
  }
  return steps;
}

TEST(ZeroGradients, lead_an_average_to_subnormal_numbers) {
  EXPECT_EQ(steps_to_subnormal(0.9F), 742);
  EXPECT_EQ(steps_to_subnormal(0.99F), 7774);
  EXPECT_NEAR(steps_to_subnormal(0.999F), 78088, 5);
}

TEST(ZeroGradients, in_the_floor_the_place_of_eps_decides) {
  // A steady gradient of 1e-6, far below the root of Keras's eps.
  const Numbers steady = repeat(1e-6, 5000);
  EXPECT_NEAR(steps_in_rates(RMSprop{.alpha = 0.9, .eps = 1e-8}, steady).back(), 0.990, 5e-4);
  EXPECT_NEAR(
      steps_in_rates(RMSprop{.alpha = 0.9, .eps = 1e-7, .eps_in_root = true}, steady).back(),
      0.0032, 5e-5);
}

}  // namespace
}  // namespace gradus::test::article
