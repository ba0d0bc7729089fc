// Each formula that docs/adam_and_rmsprop.md calls wrong fails a test that the right one passes:
// the tests are functions of the rule, which return the first thing that is wrong, or nothing.
#include <gradus/optim/rmsprop.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <sstream>

#include "article_rules.h"
#include "article_runs.h"

namespace gradus::test::article {
namespace {

using optim::Adam;
using optim::RMSprop;

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.precision(4);
  (out << ... << parts);
  return out.str();
}

// --- what is asked of a rule ---------------------------------------------------------------------

/// Bias correction: under a constant gradient of any size every step is lr long.
template <class R>
std::string steps_are_lr_long(const R& rule) {
  for (const double g : {-50.0, 1.0, 1e-3}) {
    const Numbers steps = steps_in_rates(rule, repeat(g, 100));
    for (std::size_t t = 0; t < steps.size(); ++t) {
      if (std::fabs(std::fabs(steps[t]) - 1) > 2e-5) {
        return text("gradient ", g, ", step ", t + 1, ": ", std::fabs(steps[t]), " lr");
      }
    }
  }
  return "";
}

/// A minimum is found from either side.
template <class R>
std::string comes_down_from_both_sides(const R& rule) {
  for (const double start : {1.0, -1.0}) {
    const double end = descend(rule, {start}, 1000, bowl)[0].back();
    if (std::fabs(end) > rule.lr) {
      return text("from ", start, " to ", end);
    }
  }
  return "";
}

/// The average is over time: after gradients of 1, one of 0.1 makes a step about a tenth as long.
template <class R>
std::string remembers_earlier_gradients(const R& rule) {
  Numbers gradients = repeat(1, 100);
  gradients.push_back(0.1);
  const Numbers steps = steps_in_rates(rule, gradients);
  const double ratio = steps[100] / steps[99];
  return std::fabs(ratio - 0.1) < 0.01 ? "" : text("ratio ", ratio);
}

/// A coordinate's step is its own: a neighbour's gradient does not change it.
template <class R>
std::string moves_coordinates_apart(const R& rule) {
  Walk<R> alone(rule, {1}), beside(rule, {1, 1});
  alone.step({0.01});
  beside.step({0.01, 10});
  const double own = 1 - alone.position()[0], other = 1 - beside.position()[0];
  return own == other ? "" : text(own / rule.lr, " lr alone, ", other / rule.lr, " lr beside 10");
}

/// Each coordinate goes down its own slope.
template <class R>
std::string follows_the_gradient(const R& rule, const Numbers& start) {
  const auto rows = descend(rule, start, 1000, linear_fit);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::fabs(rows[i].back() - kTrueWeights[i]) > rule.lr) {
      return text("w", i, " goes from ", rows[i].front(), " to ", rows[i].back());
    }
  }
  return "";
}

/// No step is longer than lr / sqrt(1 - rho), whatever the gradients.
template <class R>
std::string keeps_its_bound(const R& rule, double rho) {
  const double bound = 1 / std::sqrt(1 - rho);
  std::mt19937 engine(1);
  std::normal_distribution<double> normal;
  Numbers gradients;
  for (int i = 0; i < 2000; ++i) {
    gradients.push_back(normal(engine) * std::pow(10, 3 * normal(engine)));
  }
  const Numbers steps = steps_in_rates(rule, gradients);
  for (const double step : steps) {
    if (!(std::fabs(step) <= bound * (1 + 1e-9))) {
      return text("a step of ", step, " lr");
    }
  }
  return "";
}

/// The rate of a coordinate is at most lr / eps, and eps moves nothing by itself.
template <class R>
std::string eps_is_a_floor(const R& rule) {
  for (double g = 1e-30; g < 1; g *= 10) {
    const double rate = steps_in_rates(rule, {g})[0] / g;  // in lr
    if (!(rate <= (1 + 1e-9) / rule.eps)) {
      return text("the rate at ", g, " is ", rate, " lr");
    }
  }
  Walk<R> still(rule, {5});
  still.step({0});
  const double w = still.position()[0];
  return w == 5 ? "" : text("a zero gradient moves 5 to ", w);
}

// --- article A -----------------------------------------------------------------------------------

TEST(ArticleA, corrections_that_are_stored_freeze_the_training) {
  EXPECT_EQ(steps_are_lr_long(Adam{}), "");
  EXPECT_EQ(steps_are_lr_long(StoredCorrections{}), "gradient -50, step 2: 0.2353 lr");

  Walk walk(StoredCorrections{}, {0});
  Numbers v;
  for (int t = 1; t <= 10; ++t) {
    walk.step({1});
    v.push_back(walk.state("v"));
  }
  EXPECT_NEAR(v[0], 1, 1e-12);
  EXPECT_NEAR(v[1], 500.25, 0.01);
  EXPECT_NEAR(v[2], 166750, 1);
  EXPECT_NEAR(v[9], 2.796e20, 1e17);
  EXPECT_NEAR(steps_in_rates(StoredCorrections{}, repeat(1, 10))[9], 6.5975e-8, 1e-12);
  const Numbers steps = steps_in_rates(StoredCorrections{}, repeat(1, 1000));
  EXPECT_NEAR(std::accumulate(steps.begin(), steps.end(), 0.0), 1.3, 0.02);
  const double stuck = descend(StoredCorrections{{.lr = 0.01}}, {1}, 1000, bowl)[0].back();
  EXPECT_NEAR(stuck, 0.98713, 1e-5);
  EXPECT_NEAR(descend(Adam{.lr = 0.01}, {1}, 1000, bowl)[0].back(), 0, 1e-4);
}

TEST(ArticleA, an_exponent_one_too_high_shortens_the_first_steps) {
  EXPECT_EQ(steps_are_lr_long(ExponentTooHigh{}), "gradient -50, step 1: 0.7441 lr");

  const Numbers steps = steps_in_rates(ExponentTooHigh{}, repeat(1, 100));
  EXPECT_NEAR(steps[0], 0.744, 5e-4);
  EXPECT_NEAR(steps[1], 0.858, 5e-4);
  EXPECT_NEAR(steps[9], 0.995, 5e-4);
}

TEST(ArticleA, uncorrected_averages_make_the_first_steps_too_long) {
  EXPECT_EQ(steps_are_lr_long(Uncorrected{}), "gradient -50, step 1: 3.162 lr");

  const Numbers steps = steps_in_rates(Uncorrected{}, repeat(1, 5000));
  EXPECT_NEAR(steps[0], 3.16, 5e-3);
  EXPECT_NEAR(steps[11], 6.57, 5e-3);
  EXPECT_EQ(std::max_element(steps.begin(), steps.end()) - steps.begin(), 11);  // step 12
  EXPECT_NEAR(steps[99], 3.24, 5e-3);
  EXPECT_GT(steps[4899], 1.003);
  EXPECT_LT(steps[4999], 1.0035);
}

TEST(ArticleA, rmsprop_begins_with_steps_of_up_to_its_bound) {
  EXPECT_EQ(keeps_its_bound(RMSprop{.alpha = 0.9}, 0.9), "");
  EXPECT_EQ(keeps_its_bound(RMSprop{.alpha = 0.99}, 0.99), "");
  for (const double g : {1e-3, 1.0, 1e3}) {
    EXPECT_NEAR(steps_in_rates(RMSprop{.alpha = 0.9}, {g})[0], 3.162, 1e-3);
    EXPECT_NEAR(steps_in_rates(RMSprop{.alpha = 0.99}, {g})[0], 10, 1e-3);
  }
}

TEST(ArticleA, adam_is_bounded_too) {
  // (1 - beta1) / sqrt(1 - beta2), reached after zeros; with / sqrt(1 - beta1^2 / beta2) by
  // gradients that grow as (beta2 / beta1)^t, where Cauchy and Schwarz's inequality for m and v is
  // tight.
  Numbers gradients = repeat(0, 20000);
  gradients.push_back(1);
  EXPECT_NEAR(steps_in_rates(Adam{}, gradients).back(), 3.162, 1e-3);
  for (int t = 1; t <= 200; ++t) {
    gradients.push_back(std::pow(0.999 / 0.9, t));
  }
  EXPECT_NEAR(steps_in_rates(Adam{}, gradients).back(), 7.27, 5e-3);
  EXPECT_EQ(keeps_its_bound(Adam{}, 1 - 1 / (7.28 * 7.28)), "");
}

TEST(ArticleA, eps_is_a_floor_and_no_regularizer) {
  EXPECT_EQ(eps_is_a_floor(RMSprop{}), "");
  EXPECT_EQ(eps_is_a_floor(Adam{}), "");
  EXPECT_EQ(eps_is_a_floor(EpsAsPenalty{}), "the rate at 1e-30 is 3.162e+30 lr");
}

// --- article B -----------------------------------------------------------------------------------

TEST(ArticleB, with_the_average_in_the_numerator_every_weight_falls) {
  EXPECT_EQ(comes_down_from_both_sides(RMSprop{.lr = 0.01, .alpha = 0.9}), "");
  EXPECT_EQ(comes_down_from_both_sides(SquareInNumerator{}), "from -1 to -9740");

  const Numbers down = descend(SquareInNumerator{}, {-1}, 1000, bowl)[0];
  EXPECT_NEAR(down.back(), -9740, 0.5);
  const Numbers creep = descend(SquareInNumerator{}, {1}, 1000, bowl)[0];
  EXPECT_NEAR(creep.back(), 1.4e-5, 5e-7);

  EXPECT_EQ(keeps_its_bound(RMSprop{.alpha = 0.9}, 0.9), "");
  EXPECT_NE(keeps_its_bound(SquareInNumerator{}, 0.9), "");
}

TEST(ArticleB, the_mean_of_the_gradient_bounds_no_step) {
  EXPECT_NE(keeps_its_bound(MeanOfGradient{}, 0.9), "");

  Numbers alternating;
  for (int t = 0; t < 1000; ++t) {
    alternating.push_back(t % 2 == 0 ? 1 : -1);
  }
  // The mean of 1, -1, 1, ... tends to (1 - beta) / (1 + beta) up and down: 19 lr at 0.9.
  EXPECT_NEAR(steps_in_rates(MeanOfGradient{}, alternating)[998], 19, 1e-3);
  EXPECT_NEAR(steps_in_rates(RMSprop{.alpha = 0.9}, alternating)[998], 1, 1e-3);
}

TEST(ArticleB, a_mean_over_coordinates_is_no_mean_over_time) {
  EXPECT_EQ(remembers_earlier_gradients(RMSprop{.alpha = 0.9}), "");
  EXPECT_EQ(remembers_earlier_gradients(MeanOverCoordinates{}), "ratio 1");
  EXPECT_EQ(moves_coordinates_apart(RMSprop{.alpha = 0.9}), "");
  EXPECT_EQ(moves_coordinates_apart(MeanOverCoordinates{}), "1 lr alone, 0.001491 lr beside 10");

  const Numbers hops = descend(MeanOverCoordinates{}, {1}, 1000, bowl)[0];
  EXPECT_NEAR(hops[50], 0.5, 1e-6);
  EXPECT_NEAR(hops[999], -0.0084, 5e-5);
  EXPECT_NEAR(hops[1000], 0.0016, 5e-5);
}

TEST(ArticleB, an_output_is_not_a_gradient) {
  EXPECT_EQ(follows_the_gradient(RMSprop{.alpha = 0.9}, {1, 2, -0.5}), "");
  EXPECT_EQ(follows_the_gradient(OutputAsGradient{}, {1, 2, -0.5}), "w0 goes from 1 to 0.16");

  const auto rows = descend(OutputAsGradient{}, {1, 2, -0.5}, 1000, linear_fit);
  EXPECT_NEAR(rows[0].back(), 0.16, 1e-5);
  EXPECT_NEAR(rows[1].back(), 1.16, 1e-5);
  EXPECT_NEAR(rows[2].back(), -1.34, 1e-5);
}

TEST(ArticleB, with_an_output_for_a_gradient_zero_weights_stay) {
  EXPECT_EQ(follows_the_gradient(RMSprop{.alpha = 0.9}, {0, 0, 0}), "");
  EXPECT_EQ(follows_the_gradient(OutputAsGradient{}, {0, 0, 0}), "w0 goes from 0 to 0");
}

}  // namespace
}  // namespace gradus::test::article
