// Gradients whose squares are too small or too large for f32, in every rule.
#include <gradus/optim/optimizer.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "support/rule_table.h"

namespace gradus {
namespace {

/// Of Adafactor the least square, which is another in each dtype unless it is given.
template <class R>
R comparable(R rule) {
  rule.lr = 0.01;
  if constexpr (std::is_same_v<R, optim::Adafactor>) {
    rule.eps1 = 1e-30;
  }
  return rule;
}

/// A weight of 1 after two steps with gradient g, one of a matrix of such.
template <class R>
double after_two(const R& rule, double g, Dtype dtype) {
  const Tensor w = ones({2, 2}, dtype).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, comparable(rule));
  for (int step = 0; step < 2; ++step) {
    w.set_grad(full({2, 2}, g, dtype));
    opt.step();
  }
  return convert(w, f64).template to_vector<double>()[3];
}

TEST(ExtremeGradients, in_f32_do_as_in_f64) {
  test::for_each_rule_type([]<class R>(const R& rule) {
    for (const double size : {1e-20, 1e-10, 1e10}) {
      for (const double g : {size, -size}) {
        const double wanted = after_two(rule, g, f64);
        EXPECT_NEAR(after_two(rule, g, f32), wanted, 1e-6 * std::max(1.0, std::abs(wanted)))
            << R::name << " " << g;
      }
    }
  });
}

// Where a square has no end in f32, what it divides is 0; and so is a rate that is divided by 3e38.
TEST(ExtremeGradients, beyond_the_squares_of_f32_leave_the_weight_but_for_its_decay) {
  std::set<std::string> left;
  test::for_each_rule_type([&]<class R>(const R& rule) {
    const double found = after_two(rule, 3e38, f32);
    const double wanted = after_two(rule, 3e38, f64);
    if (std::abs(found - wanted) > 1e-6 * std::max(1.0, std::abs(wanted))) {
      const double decay = R::name == optim::AdamW::name ? 2e-4 : 0;
      EXPECT_NEAR(found, 1 - decay, 1e-7) << R::name << ": f64 gives " << wanted;
      left.emplace(R::name);
    }
  });
  const std::set<std::string> dividing = {"Adagrad", "RMSprop", "Adadelta", "Adam",
                                          "AdamW",   "NAdam",   "Adamax"};
  EXPECT_EQ(left, dividing);
}

}  // namespace
}  // namespace gradus
