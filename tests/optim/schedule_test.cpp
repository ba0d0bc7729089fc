// Schedules at their edges, by hand, how they combine, and what they refuse.  Their values over
// whole runs are in schedule_values_test.cpp.
#include <gradus/optim/schedule.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace gradus {
namespace {

using namespace optim::schedule;
using optim::Schedule;

constexpr Index kFar = 1'000'000'000'000;

void expect_near(double found, double expected) {
  EXPECT_NEAR(found, expected, 1e-14 * std::fabs(expected));
}

TEST(Schedule, milestone_has_the_new_value_as_in_pytorch_or_the_old_one_as_in_keras) {
  const Schedule torch = piecewise({.milestones = {3, 5}, .values = {1, 0.5, 0.1}});
  const Schedule keras =
      piecewise({.milestones = {3, 5}, .values = {1, 0.5, 0.1}, .boundary = Boundary::ends_old});
  const std::vector<double> torch_values = {1, 1, 1, 0.5, 0.5, 0.1, 0.1};
  const std::vector<double> keras_values = {1, 1, 1, 1, 0.5, 0.5, 0.1};
  const Schedule factors =
      multi_step(1, {.milestones = {3, 5}, .gamma = 0.25, .boundary = Boundary::ends_old});
  for (Index s = 0; s < 7; ++s) {
    const auto at = static_cast<std::size_t>(s);
    EXPECT_EQ(torch(s), torch_values[at]) << s;
    EXPECT_EQ(keras(s), keras_values[at]) << s;
    EXPECT_EQ(factors(s), s <= 3 ? 1 : s <= 5 ? 0.25 : 0.0625) << s;
  }
  EXPECT_EQ(piecewise({.milestones = {0}, .values = {1, 2}, .boundary = Boundary::ends_old})(0), 1);
}

TEST(Schedule, starts_and_ends_exactly_and_stays_at_its_end) {
  // 0.1 and 0.003 are not the sum of end and a rounded difference.
  for (const Index past : {Index{0}, Index{1}, Index{17}, kFar}) {
    EXPECT_EQ(polynomial(0.1, {.total = 7, .power = 3, .end = 0.003})(7 + past), 0.003);
    EXPECT_EQ(cosine(0.1, {.total = 7, .end = 0.003})(7 + past), 0.003);
    EXPECT_EQ(linear(0.1, {.total = 7})(7 + past), 0.1);
    EXPECT_EQ(one_cycle(1, {.total = 8, .div_factor = 4, .final_div_factor = 2})(7 + past), 0.125);
    EXPECT_EQ(
        one_cycle(
            1, {.total = 8, .div_factor = 4, .final_div_factor = 2, .three_phase = true})(7 + past),
        0.125);
    EXPECT_EQ(one_cycle_momentum({.total = 8})(7 + past), 0.95);
    EXPECT_EQ(multi_step(1, {.milestones = {7}, .gamma = 0.5})(7 + past), 0.5);
  }
  EXPECT_EQ(polynomial(0.1, {.total = 7, .end = 0.003})(0), 0.1);
  EXPECT_EQ(cosine(0.1, {.total = 7, .end = 0.003})(0), 0.1);
  EXPECT_EQ(cosine_restarts(0.1, {.period = 7, .end = 0.003})(0), 0.1);
  EXPECT_EQ(one_cycle(1, {.total = 8, .div_factor = 4})(0), 0.25);
  EXPECT_EQ(one_cycle_momentum({.total = 8})(0), 0.95);
}

TEST(Schedule, one_cycle_has_its_peak_at_the_end_of_the_rise) {
  const OneCycle options{.total = 20, .pct_start = 0.25, .three_phase = true};
  EXPECT_EQ(one_cycle(0.5, options)(4), 0.5);  // 0.25 * 20 - 1
  EXPECT_EQ(one_cycle_momentum(options)(4), 0.85);
  EXPECT_EQ(one_cycle(0.5, options)(8), 0.02);  // back at start after 2 * 0.25 * 20 - 2
  EXPECT_EQ(one_cycle_momentum(options)(8), 0.95);
  EXPECT_EQ(one_cycle_momentum(options)(15), 0.95);
  for (Index s = 1; s < 20; ++s) {
    EXPECT_EQ(one_cycle(0.5, options)(s) > one_cycle(0.5, options)(s - 1), s <= 4) << s;
  }
}

TEST(Schedule, cosine_keeps_its_digits_next_to_the_end) {
  // (1 + cos(pi (1 - d))) / 2 = (pi d / 2)^2 up to d^4; 1 + cos(...) itself would be 0.
  expect_near(cosine(1, {.total = kFar})(kFar - 1), 2.4674011002723395e-24);
  expect_near(cosine(1, {.total = kFar})(kFar / 2), 0.5);
  expect_near(cosine(1, {.total = kFar, .rises_again = true})(kFar + 1), 2.4674011002723395e-24);
  EXPECT_EQ(cosine(1, {.total = kFar, .rises_again = true})(2 * kFar), 1);
  EXPECT_EQ(cosine(1, {.total = 7, .rises_again = true})(7 * (kFar + 1)), 0);  // kFar is even
}

TEST(Schedule, restarts_come_at_their_very_step) {
  // Periods of 1, 2, 4, ... steps begin at 2^n - 1, those of 1, 10, 100, ... at (10^n - 1) / 9,
  // those of 10, 30, 90, ... at 5 (3^n - 1).
  const Schedule twice = cosine_restarts(1, {.period = 1, .period_factor = 2});
  for (Index begin = 1; begin < Index{1} << 53; begin = 2 * begin + 1) {
    EXPECT_EQ(twice(begin), 1) << begin;
    EXPECT_LT(begin == 1 ? 0 : twice(begin - 1), 0.51) << begin;
  }
  const Schedule tenfold = cosine_restarts(1, {.period = 1, .period_factor = 10});
  for (Index begin = 1; begin < kFar; begin = 10 * begin + 1) {
    EXPECT_EQ(tenfold(begin), 1) << begin;
    EXPECT_LT(begin == 1 ? 0 : tenfold(begin - 1), 0.03) << begin;
  }
  const Schedule thrice =
      cosine_restarts(1, {.period = 10, .period_factor = 3, .peak_factor = 0.5});
  Index begin = 0;
  double peak = 1;
  for (Index length = 10; begin < kFar; begin += length, length *= 3, peak /= 2) {
    EXPECT_EQ(thrice(begin), peak) << begin;
    EXPECT_LT(thrice(begin + length - 1), peak * 0.03) << begin;
    expect_near(thrice(begin + length / 2), peak / 2);
  }
  EXPECT_EQ(cosine_restarts(1, {.period = 3})(3 * kFar), 1);
  // A factor just above 1, where f^n - 1 would cancel.  Period n = 2^20 begins at 1000 n and half a
  // step, since 1000 (f^n - 1) / (f - 1) = 1000 (n + n (n - 1) / 2 * 2^-50 + ...).
  const Schedule slow = cosine_restarts(1, {.period = 1000, .period_factor = 1 + 0x1p-50});
  EXPECT_LT(slow(1000 * (Index{1} << 20)), 1e-5);
  EXPECT_GT(slow(1000 * (Index{1} << 20) + 1), 0.99999);
}

TEST(Schedule, is_right_at_a_trillion_steps) {
  expect_near(step(1, {.size = kFar / 10, .gamma = 0.5})(kFar), 0x1p-10);
  EXPECT_EQ(step(1, {.size = kFar / 10, .gamma = 0.5})(kFar - 1), 0x1p-9);
  expect_near(exponential(1, {.gamma = 1 - 0x1p-40})(Index{1} << 40), 0.36787944117127504);
  EXPECT_EQ(exponential(1, {.gamma = 0.5})(kFar), 0);
  expect_near(inverse_time(1, {.rate = 1})(kFar - 1), 1e-12);
  expect_near(polynomial(1, {.total = kFar})(kFar - 1), 1e-12);
  expect_near(linear(1, {.total = kFar, .start_factor = 0})(1), 1e-12);
  EXPECT_EQ(multi_step(1, {.milestones = {kFar}, .gamma = 0.5})(kFar), 0.5);
  EXPECT_EQ(multi_step(1, {.milestones = {kFar}, .gamma = 0.5})(kFar - 1), 1);
  EXPECT_EQ(one_cycle(1, {.total = kFar, .pct_start = 0.5})(kFar / 2 - 1), 1);
  EXPECT_EQ(cyclic(0, 1, {.up = 3, .down = 4})(7 * kFar + 3), 1);
  expect_near(cyclic(0, 1, {.up = 3, .down = 4})(7 * kFar + 1), 1.0 / 3);
  EXPECT_EQ(every(10, step(1, {.size = 7, .gamma = 0.5}))(kFar), 0);
}

TEST(Schedule, cyclic_goes_down_as_long_as_up_unless_told) {
  const Schedule same = cyclic(1, 3, {.up = 2});
  const std::vector<double> expected = {1, 2, 3, 2, 1, 2, 3};
  for (Index s = 0; s < 7; ++s) {
    EXPECT_EQ(same(s), expected[static_cast<std::size_t>(s)]) << s;
  }
  EXPECT_EQ(cyclic(1, 3, {.up = 2, .amplitude = Amplitude::halved})(6), 2);
  EXPECT_EQ(cyclic(1, 3, {.up = 2, .amplitude = Amplitude::gamma, .gamma = 0.5})(2), 1.5);
}

TEST(Schedule, combines_any_callables) {
  const Schedule counts = [](Index s) { return static_cast<double>(s); };
  const Schedule parts =
      sequence({counts, [](Index s) { return 100.0 + double(s); }, counts}, {2, 5});
  const std::vector<double> expected = {0, 1, 100, 101, 102, 0, 1, 2};
  for (Index s = 0; s < 8; ++s) {
    EXPECT_EQ(parts(s), expected[static_cast<std::size_t>(s)]) << s;
    EXPECT_EQ(product(counts, parts)(s), double(s) * expected[static_cast<std::size_t>(s)]) << s;
    EXPECT_EQ(every(3, counts)(s), double(s / 3)) << s;
  }
  EXPECT_EQ(sequence({constant(4)}, {})(7), 4);
  EXPECT_EQ(constant(-2.5)(kFar), -2.5);
}

}  // namespace
}  // namespace gradus
