// The values of schedules: those that PyTorch recorded (tests/reference/record_torch_schedules.py),
// and Keras's formulas (keras/src/optimizers/schedules) in long double.
#include <gradus/optim/schedule.h>
#include <gtest/gtest.h>

#include <map>
#include <numbers>

#include "support/recorded.h"

namespace gradus {
namespace {

using namespace optim::schedule;
using optim::Schedule;

// The options of a recorded case.
class Given {
 public:
  explicit Given(const test::Recorded& c) {
    std::istringstream words(c.options);
    for (std::string word; words >> word;) {
      texts_[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
    }
  }
  std::string text(const std::string& key, const std::string& otherwise) const {
    const auto found = texts_.find(key);
    return found == texts_.end() ? otherwise : found->second;
  }
  double number(const std::string& key, double otherwise = 0) const {
    return texts_.contains(key) ? std::stod(texts_.at(key)) : otherwise;
  }
  Index whole(const std::string& key) const { return std::stoll(text(key, "0")); }
  std::vector<Index> list(const std::string& key) const {
    std::istringstream items(text(key, ""));
    std::vector<Index> all;
    for (std::string item; std::getline(items, item, ',');) {
      all.push_back(std::stoll(item));
    }
    return all;
  }

 private:
  std::map<std::string, std::string> texts_;
};

OneCycle one_cycle_of(const Given& o) {
  return {.total = o.whole("total_steps"),
          .pct_start = o.number("pct_start", 0.3),
          .anneal = o.text("anneal_strategy", "cos") == "cos" ? Anneal::cosine : Anneal::linear,
          .div_factor = o.number("div_factor", 25),
          .final_div_factor = o.number("final_div_factor", 1e4),
          .three_phase = o.text("three_phase", "False") == "True",
          .min_momentum = o.number("base_momentum", 0.85),
          .max_momentum = o.number("max_momentum", 0.95)};
}

Cyclic cyclic_of(const Given& o) {
  const std::string mode = o.text("mode", "triangular");
  return {.up = o.whole("step_size_up"),
          .down = o.whole("step_size_down"),
          .amplitude = mode == "triangular"    ? Amplitude::constant
                       : mode == "triangular2" ? Amplitude::halved
                                               : Amplitude::gamma,
          .gamma = o.number("gamma", 1)};
}

struct Pair {
  Schedule lr;
  Schedule momentum = {};
};

// Our names for PyTorch's schedulers and for the combinations in the script.
Pair make(const std::string& name, const Given& o) {
  const double start = o.number("start");
  const Index total = o.whole("total_iters");
  const double eta_min = o.number("eta_min");
  if (name == "StepLR") {
    return {step(start, {.size = o.whole("step_size"), .gamma = o.number("gamma")})};
  }
  if (name == "MultiStepLR") {
    return {multi_step(start, {.milestones = o.list("milestones"), .gamma = o.number("gamma")})};
  }
  if (name == "ConstantLR") {
    return {piecewise({.milestones = {total}, .values = {start * o.number("factor"), start}})};
  }
  if (name == "LinearLR") {
    return {linear(start, {.total = total,
                           .start_factor = o.number("start_factor", 1.0 / 3),
                           .end_factor = o.number("end_factor", 1)})};
  }
  if (name == "ExponentialLR") {
    return {exponential(start, {.gamma = o.number("gamma")})};
  }
  if (name == "PolynomialLR") {
    return {polynomial(start, {.total = total, .power = o.number("power", 1)})};
  }
  if (name == "CosineAnnealingLR") {
    return {cosine(start, {.total = o.whole("T_max"), .end = eta_min, .rises_again = true})};
  }
  if (name == "CosineAnnealingWarmRestarts") {
    return {cosine_restarts(
        start, {.period = o.whole("T_0"), .period_factor = o.number("T_mult", 1), .end = eta_min})};
  }
  if (name == "OneCycleLR") {
    return {one_cycle(start, one_cycle_of(o)), one_cycle_momentum(one_cycle_of(o))};
  }
  if (name == "CyclicLR") {
    return {cyclic(start, o.number("max_lr"), cyclic_of(o)), cyclic(0.9, 0.8, cyclic_of(o))};
  }
  if (name == "LinearThenExponential") {
    return {sequence({linear(start, {.total = o.whole("total")}),
                      exponential(start, {.gamma = o.number("gamma")})},
                     {o.whole("total")})};
  }
  if (name == "ConstantCosineStep") {
    const Index first = o.whole("first");
    return {sequence(
        {constant(0.1 * start), cosine(start, {.total = o.whole("T_max"), .rises_again = true}),
         step(start, {.size = 3, .gamma = 0.5})},
        {first, o.whole("second")})};
  }
  EXPECT_EQ(name, "LinearTimesExponential");
  return {product(linear(1, {.total = o.whole("total")}),
                  exponential(start, {.gamma = o.number("gamma")}))};
}

void expect_values(const Schedule& schedule, const Tensor& recorded, double floor,
                   const std::string& note) {
  std::vector<double> found;
  for (Index s = 0; s < recorded.size(0); ++s) {
    found.push_back(schedule(s));
  }
  test::expect_as_recorded(from_vector(found, recorded.shape()), recorded, floor, note);
}

TEST(Schedule, agrees_with_pytorch_at_every_step) {
  std::size_t count = 0;
  for (const test::Recorded& c : test::read_recorded("schedules.txt")) {
    if (c.name == "ReduceLROnPlateau") {
      continue;
    }
    ++count;
    const std::string note = c.name + " " + c.options;
    const Pair ours = make(c.name, Given(c));
    // PyTorch's recursions multiply, one rounding a step: within 1e-12 of the value itself.  Its
    // cosines and cycles subtract from 1, which costs digits near the end that ours keep: within
    // 1e-12 of the largest value, some thousand roundings.
    const bool subtracts =
        c.name.find("Cosine") != std::string::npos || c.name.find("Cycl") != std::string::npos;
    expect_values(ours.lr, c.all("lr").at(0), subtracts ? 0.3 : 0, note);
    EXPECT_EQ(c.all("momentum").size(), ours.momentum ? 1u : 0u) << note;
    if (ours.momentum) {
      expect_values(ours.momentum, c.all("momentum").at(0), 0, note);
    }
  }
  EXPECT_EQ(count, 38u);
}

// Expects the schedule at each step to be within 1e-14 of the formula in long double.
template <class F>
void expect_formula(const Schedule& schedule, const std::vector<Index>& steps, F&& formula) {
  for (const Index s : steps) {
    const auto expected = static_cast<double>(formula(static_cast<long double>(s)));
    EXPECT_NEAR(schedule(s), expected, 1e-14 * std::fabs(expected)) << "step " << s;
  }
}

const std::vector<Index> kSteps = {0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 19, 20, 21, 29, 100};
constexpr long double kRate = double{0.96};  // the double nearest to it
constexpr long double kPi = std::numbers::pi_v<long double>;

TEST(Schedule, agrees_with_the_formulas_of_keras) {
  expect_formula(exponential(0.5, {.gamma = 0.96, .steps = 10}), kSteps,
                 [](long double s) { return 0.5L * std::pow(kRate, s / 10); });
  expect_formula(step(0.5, {.size = 10, .gamma = 0.96}), kSteps,  // staircase
                 [](long double s) { return 0.5L * std::pow(kRate, std::floor(s / 10)); });
  expect_formula(inverse_time(0.5, {.rate = 0.25, .steps = 10}), kSteps,
                 [](long double s) { return 0.5L / (1 + 0.25L * s / 10); });
  expect_formula(inverse_time(0.5, {.rate = 0.25, .steps = 10, .staircase = true}), kSteps,
                 [](long double s) { return 0.5L / (1 + 0.25L * std::floor(s / 10)); });
  expect_formula(
      polynomial(0.5, {.total = 10, .power = 0.5, .end = 0.125}), kSteps,
      [](long double s) { return 0.375L * std::pow(1 - std::min(s, 10.0L) / 10, 0.5L) + 0.125L; });
  expect_formula(polynomial(0.5, {.total = 10, .power = 2, .end = 0.125, .cycle = true}), kSteps,
                 [](long double s) {
                   const long double multiplier = s == 0 ? 1 : std::ceil(s / 10);
                   return 0.375L * std::pow(1 - s / (10 * multiplier), 2.0L) + 0.125L;
                 });
  const long double alpha = 0.25;
  expect_formula(cosine(0.5, {.total = 20, .end = 0.25 * 0.5}), kSteps, [=](long double s) {
    const long double decay = (1 + std::cos(kPi * std::min(s, 20.0L) / 20)) / 2;
    return 0.5L * ((1 - alpha) * decay + alpha);
  });
  const Schedule warmed = sequence({linear(0.5, {.total = 4, .start_factor = 0.125}),
                                    cosine(0.5, {.total = 16, .end = 0.25 * 0.5})},
                                   {4});  // initial 0.0625, warmup_target 0.5, warmup_steps 4
  expect_formula(warmed, kSteps, [=](long double s) {
    s = std::min(s, 20.0L);
    const long double decay = (1 + std::cos(kPi * (s - 4) / 16)) / 2;
    return s < 4 ? 0.4375L * s / 4 + 0.0625L : 0.5L * ((1 - alpha) * decay + alpha);
  });
  for (const double t_mul : {1.0, 2.0, 1.5}) {
    const Schedule restarts = cosine_restarts(
        0.5, {.period = 4, .period_factor = t_mul, .end = 0.25 * 0.5, .peak_factor = 0.75});
    expect_formula(restarts, kSteps, [=](long double s) {
      long double begin = 0;  // a loop over the periods for Keras's logarithms
      long double length = 4;
      long double peak = 1;
      for (; begin + length <= s; length *= t_mul, peak *= 0.75L) {
        begin += length;
      }
      const long double decay = peak * (1 + std::cos(kPi * (s - begin) / length)) / 2;
      return 0.5L * ((1 - alpha) * decay + alpha);
    });
  }
}

}  // namespace
}  // namespace gradus
