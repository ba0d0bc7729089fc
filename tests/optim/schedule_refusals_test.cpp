// What the makers of schedules refuse, and with which words.
#include <gradus/optim/schedule.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/limits.h"
#include "support/naive.h"

namespace gradus {
namespace {

using namespace optim::schedule;
using optim::Schedule;
using test::expect_error;
using test::kInf;
using test::kNan;

TEST(Schedule, takes_every_step_but_a_negative_one) {
  const Schedule one = constant(1);
  const std::vector<std::pair<std::string, Schedule>> all = {
      {"constant", one},
      {"piecewise", piecewise({.milestones = {}, .values = {1}})},
      {"step", step(1, {.size = 1})},
      {"multi_step", multi_step(1, {})},
      {"exponential", exponential(1, {.gamma = 0.5})},
      {"inverse_time", inverse_time(1, {.rate = 1})},
      {"polynomial", polynomial(1, {.total = 1})},
      {"linear", linear(1, {.total = 1})},
      {"cosine", cosine(1, {.total = 1})},
      {"cosine_restarts", cosine_restarts(1, {.period = 1})},
      {"one_cycle", one_cycle(1, {.total = 10})},
      {"one_cycle_momentum", one_cycle_momentum({.total = 10})},
      {"cyclic", cyclic(0, 1, {.up = 1})},
      {"sequence", sequence({one}, {})},
      {"product", product(one, one)},
      {"every", every(2, one)}};
  for (const auto& [name, schedule] : all) {
    EXPECT_TRUE(std::isfinite(schedule(0))) << name;
    EXPECT_TRUE(std::isfinite(schedule(std::numeric_limits<Index>::max()))) << name;
    expect_error<ValueError>(
        [&s = schedule] { s(-1); },
        "schedule::" + name +
            ": step must be at least 0, got -1; the first step of an optimizer "
            "is step 0");
  }
}

void refuses(const std::function<void()>& make, const std::string& message) {
  expect_error<ValueError>(make, "schedule::" + message);
}

TEST(Schedule, refuses_lengths_of_no_step) {
  const std::string must = " must be a number of steps from 1 to 2^53, got ";
  refuses([] { step(1, {}); }, "step: size" + must + "0");
  refuses([] { exponential(1, {.gamma = 1, .steps = 0}); }, "exponential: steps" + must + "0");
  refuses([] { inverse_time(1, {.rate = 1, .steps = -1}); }, "inverse_time: steps" + must + "-1");
  refuses([] { polynomial(1, {}); }, "polynomial: total" + must + "0");
  refuses([] { linear(1, {}); }, "linear: total" + must + "0");
  refuses([] { cosine(1, {}); }, "cosine: total" + must + "0");
  refuses([] { cosine(1, {.total = std::numeric_limits<Index>::max()}); },
          "cosine: total" + must + "9223372036854775807");
  refuses([] { cosine_restarts(1, {}); }, "cosine_restarts: period" + must + "0");
  refuses([] { one_cycle(1, {}); }, "one_cycle: total" + must + "0");
  refuses([] { one_cycle_momentum({.total = -3}); }, "one_cycle_momentum: total" + must + "-3");
  refuses([] { cyclic(0, 1, {}); }, "cyclic: up" + must + "0");
  refuses([] { cyclic(0, 1, {.up = 1, .down = -1}); },
          "cyclic: down must be from 0 to 2^53, got -1");
  refuses([] { every(0, constant(1)); }, "every: n" + must + "0");
}

TEST(Schedule, refuses_numbers_out_of_range) {
  const std::string positive = " must be finite and above 0, got ";
  refuses([] { constant(kNan); }, "constant: value must be finite, got nan");
  refuses([] { step(kInf, {.size = 1}); }, "step: start must be finite, got inf");
  refuses([] { step(1, {.size = 1, .gamma = -0.5}); },
          "step: gamma must be finite and at least 0, got -0.5");
  refuses([] { multi_step(1, {.gamma = kNan}); },
          "multi_step: gamma must be finite and at least 0, got nan");
  refuses([] { multi_step(kNan, {}); }, "multi_step: start must be finite, got nan");
  refuses([] { exponential(1, {}); }, "exponential: gamma" + positive + "0");
  refuses([] { exponential(kInf, {.gamma = 1}); }, "exponential: start must be finite, got inf");
  refuses([] { inverse_time(1, {}); }, "inverse_time: rate" + positive + "0");
  refuses([] { inverse_time(kNan, {.rate = 1}); }, "inverse_time: start must be finite, got nan");
  refuses([] { polynomial(1, {.total = 1, .power = kNan}); },
          "polynomial: power" + positive + "nan");
  refuses([] { polynomial(1, {.total = 1, .end = kInf}); },
          "polynomial: end must be finite, got inf");
  refuses([] { polynomial(kNan, {.total = 1}); }, "polynomial: start must be finite, got nan");
  refuses([] { linear(kNan, {.total = 1}); }, "linear: start must be finite, got nan");
  refuses([] { linear(1, {.total = 1, .start_factor = kNan}); },
          "linear: start_factor must be finite, got nan");
  refuses([] { linear(1, {.total = 1, .end_factor = kInf}); },
          "linear: end_factor must be finite, got inf");
  refuses([] { cosine(kNan, {.total = 1}); }, "cosine: start must be finite, got nan");
  refuses([] { cosine(1, {.total = 1, .end = kNan}); }, "cosine: end must be finite, got nan");
  refuses([] { cosine_restarts(1, {.period = 1, .period_factor = 0.5}); },
          "cosine_restarts: period_factor must be finite and at least 1, got 0.5");
  refuses([] { cosine_restarts(1, {.period = 1, .peak_factor = -1}); },
          "cosine_restarts: peak_factor must be finite and at least 0, got -1");
  refuses([] { cosine_restarts(1, {.period = 1, .end = kNan}); },
          "cosine_restarts: end must be finite, got nan");
  refuses([] { cosine_restarts(kNan, {.period = 1}); },
          "cosine_restarts: start must be finite, got nan");
  refuses([] { cyclic(kNan, 1, {.up = 1}); }, "cyclic: base must be finite, got nan");
  refuses([] { cyclic(0, kInf, {.up = 1}); }, "cyclic: peak must be finite, got inf");
  refuses([] { cyclic(0, 1, {.up = 1, .gamma = 0}); }, "cyclic: gamma" + positive + "0");
}

TEST(Schedule, refuses_a_cycle_without_a_rise) {
  const std::string above =
      "one_cycle: pct_start x total must be above 1, so that there is a rise, got ";
  refuses([] { one_cycle(1, {.total = 3}); }, above + "0.3 x 3");
  refuses([] { one_cycle(1, {.total = 4, .pct_start = 0.25}); }, above + "0.25 x 4");
  refuses([] { one_cycle(1, {.total = 4, .pct_start = kNan}); },
          "one_cycle: pct_start must be from 0 to 1, got nan");
  refuses([] { one_cycle(1, {.total = 4, .pct_start = 1.5}); },
          "one_cycle: pct_start must be from 0 to 1, got 1.5");
  refuses([] { one_cycle(1, {.total = 9, .pct_start = 0.6, .three_phase = true}); },
          "one_cycle: pct_start must be at most 0.5 with three_phase, where the fall is as long as "
          "the rise, got 0.6");
  refuses([] { one_cycle(kInf, {.total = 9}); }, "one_cycle: peak must be finite, got inf");
  refuses([] { one_cycle(1, {.total = 9, .div_factor = 0}); },
          "one_cycle: div_factor must be finite and above 0, got 0");
  refuses([] { one_cycle(1, {.total = 9, .final_div_factor = -1}); },
          "one_cycle: final_div_factor must be finite and above 0, got -1");
  refuses([] { one_cycle_momentum({.total = 9, .min_momentum = kNan}); },
          "one_cycle_momentum: min_momentum must be finite, got nan");
  refuses([] { one_cycle_momentum({.total = 9, .max_momentum = kInf}); },
          "one_cycle_momentum: max_momentum must be finite, got inf");
}

TEST(Schedule, refuses_lists_that_do_not_fit) {
  const std::string rising = ": milestones must increase strictly, the first at least ";
  refuses(
      [] {
        multi_step(1, {.milestones = {30, 80, 50}});
      },
      "multi_step" + rising + "1, got 50 after 80");
  refuses(
      [] {
        multi_step(1, {.milestones = {3, 3}});
      },
      "multi_step" + rising + "1, got 3 after 3");
  refuses([] { multi_step(1, {.milestones = {0}}); }, "multi_step" + rising + "1, got 0 first");
  refuses([] { multi_step(1, {.milestones = {-1}, .boundary = Boundary::ends_old}); },
          "multi_step" + rising + "0, got -1 first");
  refuses(
      [] {
        piecewise({.milestones = {2, 1}, .values = {1, 1, 1}});
      },
      "piecewise" + rising + "1, got 1 after 2");
  refuses([] { piecewise({.milestones = {2}, .values = {1}}); },
          "piecewise: there must be one more value than milestones, got 1 values and 1 milestones");
  refuses(
      [] {
        piecewise({.milestones = {2}, .values = {1, kNan}});
      },
      "piecewise: each value must be finite, got nan");
  refuses(
      [] {
        sequence({constant(1), constant(2)}, {0});
      },
      "sequence" + rising + "1, got 0 first");
  refuses([] { sequence({}, {}); },
          "sequence: there must be one more schedule than milestones, got 0 schedules and 0 "
          "milestones");
  const std::string callable = ": every schedule must be callable, got an empty one";
  refuses([] { sequence({constant(1), Schedule()}, {1}); }, "sequence" + callable);
  refuses([] { product(constant(1), {}); }, "product" + callable);
  refuses([] { product({}, constant(1)); }, "product" + callable);
  refuses([] { every(2, {}); }, "every" + callable);
}

}  // namespace
}  // namespace gradus
