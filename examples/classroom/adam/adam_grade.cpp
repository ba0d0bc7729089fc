// The tests of the exercise.  Students read them too.
#include <gradus/core/random.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/optimizer.h>

#include <cmath>

#include "../grade/grade.h"
#include "adam.h"
#include "digits.h"

using namespace gradus;
using grade::expect_near;

namespace {

/// m and v after these gradients, by the student's average().
std::pair<double, double> means(const MyAdam& rule, const std::vector<double>& gradients) {
  double m = 0;
  double v = 0;
  for (const double g : gradients) {
    rule.average(g, m, v);
  }
  return {m, v};
}

/// What is left of a weight of 1 after one call of the student's move().
double moved(const MyAdam& rule, double m, double v) {
  double w = 1;
  rule.move(w, m, v);
  return w;
}

/// The weight after steps with these gradients, from 0.
template <class Rule>
double run(const Rule& rule, const std::vector<double>& gradients) {
  Tensor w = zeros({1}, f64);
  w.set_requires_grad();
  optim::Optimizer optimizer({{"w", w}}, rule);
  for (const double g : gradients) {
    w.set_grad(full({1}, g, f64));
    optimizer.step();
  }
  return w.item();
}

void first_means(grade::Student&) {
  const auto [m, v] = means({}, {0.5});
  expect_near("m after the gradient 0.5", 0.05, m,
              {{0.45, "beta1 belongs to the old mean, 1 - beta1 to the gradient"},
               {0.5, "the gradient counts with 1 - beta1, not with 1"}});
  expect_near("v after the gradient 0.5", 0.00025, v,
              {{0.0005, "v is the mean of the square of g"},
               {0.24975, "beta2 belongs to the old mean, 1 - beta2 to the square"},
               {0.025, "v has a factor of its own, beta2"}});
}

void two_means(grade::Student& student) {
  const double a = student.uniform(0.5, 1);
  const double b = student.uniform(-2, -1);
  const auto [m, v] = means({.beta1 = 0.5, .beta2 = 0.75}, {a, b});
  expect_near("m after two gradients, beta1 = 0.5", 0.25 * a + 0.5 * b, m,
              {{0.5 * b, "the old mean has to stay in"},
               {0.5 * a + 0.25 * b, "beta1 belongs to the old mean"}});
  expect_near("v after two gradients, beta2 = 0.75", 0.1875 * a * a + 0.25 * b * b, v,
              {{0.25 * b * b, "the old mean has to stay in"}});
}

void first_correction(grade::Student&) {
  expect_near("correction(0.9, 1)", 0.1, MyAdam().correction(0.9, 1),
              {{0.19, "the exponent is t, not t + 1"},
               {0.9, "that is the weight of what was there before; and the gradient's?"},
               {10, "the sum of the weights itself, not its reciprocal"},
               {0, "the exponent is t, not t - 1"}});
}

void later_corrections(grade::Student& student) {
  for (const int t : {2, 3, 10, 1000}) {
    const double beta = student.uniform(0.5, 0.99);
    double sum = 0;
    for (int k = 0; k < t; ++k) {
      sum += (1 - beta) * std::pow(beta, k);
    }
    const std::string call = "correction(" + std::to_string(beta) + ", " + std::to_string(t) + ")";
    expect_near(call, sum, MyAdam().correction(beta, t),
                {{1 - beta, "it depends on t"},
                 {1 - std::pow(beta, t + 1), "the exponent is t, not t + 1"},
                 {1 - std::pow(beta, t - 1), "the exponent is t, not t - 1"},
                 {1 - beta * t, "beta to the power of t, not beta times t"}});
  }
}

void one_move(grade::Student& student) {
  const double m = student.uniform(0.5, 1);
  expect_near("1 moved with m = " + std::to_string(m) + ", v = 4, lr = 0.1", 1 - 0.05 * m,
              moved({.lr = 0.1}, m, 4),
              {{1 + 0.05 * m, "downhill: against the gradient"},
               {1 - 0.025 * m, "the root of v, not v"},
               {1 - 0.1 * m, "divide by the root of v"}});
}

void place_of_eps(grade::Student&) {
  expect_near(
      "1 moved with m = 0.01, v = 0.0001, lr = 1, eps = 0.01", 0.5,
      moved({.lr = 1, .eps = 0.01}, 0.01, 0.0001),
      {{1 - 0.01 / std::sqrt(0.0101), "eps is added outside the root"}, {0, "eps is missing"}});
}

void as_gradus(grade::Student& student) {
  std::vector<double> gradients;
  for (int t = 0; t < 100; ++t) {
    gradients.push_back(student.uniform(-1, 2));
  }
  expect_near("w after 100 steps, beside Gradus's own Adam",
              run(optim::Adam{.lr = 0.01}, gradients), run(MyAdam{.lr = 0.01}, gradients));
}

void learns_digits(grade::Student&) {
  expect_near("mean loss over the last 20 of 120 batches of digits", kDigitsLoss,
              digits_loss([](const Parameters& parameters) {
                return std::make_unique<optim::Optimizer<MyAdam>>(parameters, MyAdam{.lr = 2e-3});
              }),
              {}, kDigitsTolerance);
}

}  // namespace

int main(int argc, char** argv) {
  return grade::run(argc, argv,
                    {{"the means of a first gradient", {1}, 1, first_means},
                     {"the means of two gradients", {1}, 1, two_means},
                     {"the correction at the first step", {2}, 1, first_correction},
                     {"the correction later", {2}, 1, later_corrections},
                     {"a move", {3}, 1, one_move},
                     {"where eps belongs", {3}, 1, place_of_eps},
                     {"100 steps beside Gradus's Adam", {1, 2, 3}, 2, as_gradus},
                     {"it learns to read digits", {1, 2, 3}, 2, learns_digits}});
}
