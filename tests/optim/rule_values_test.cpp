// What sets rules and their options apart, in values by hand.
#include <gradus/optim/keras.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/radam.h>
#include <gradus/optim/rprop.h>
#include <gradus/optim/tf1.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/limits.h"
#include "support/naive.h"
#include "support/rule_table.h"

namespace gradus {
namespace {

using test::kInf;

// The steps, in units of lr, that a parameter starting at 0 takes with these gradients.
template <class R>
std::vector<double> steps(const R& rule, const std::vector<double>& gradients, Dtype dtype = f64) {
  const Tensor w = zeros({1}, dtype).set_requires_grad();
  optim::Optimizer<R> opt({{"w", w}}, rule);
  std::vector<double> all;
  double before = 0;
  for (const double g : gradients) {
    w.set_grad(full({1}, g, dtype));
    opt.step();
    all.push_back((before - w.item()) / rule.lr);
    before = w.item();
  }
  return all;
}
template <class R>
double first_step(const R& rule, double g) {
  return steps(rule, {g})[0];
}

TEST(RuleValues, adagrad_starts_with_lr_here_and_with_less_in_keras) {
  const optim::Adagrad kerass = optim::keras::Adagrad{};
  for (const auto& [g, expected] : {std::pair{1.0, 0.953}, {0.1, 0.302}, {0.01, 0.032}}) {
    EXPECT_NEAR(first_step(optim::Adagrad{}, g), 1, 1e-7);
    EXPECT_NEAR(first_step(kerass, g), expected, 5e-4);
  }
}

TEST(RuleValues, adagrads_rate_decays_as_one_over_one_plus_steps) {
  // sum = 1, 2, 3 and the rate 1, 1 / 1.5, 1 / 2.
  const auto found = steps(optim::Adagrad{.lr_decay = 0.5, .eps = 0}, {1, 1, 1});
  EXPECT_NEAR(found[0], 1, 1e-12);
  EXPECT_NEAR(found[1], 1 / 1.5 / std::sqrt(2), 1e-12);
  EXPECT_NEAR(found[2], 1 / 2.0 / std::sqrt(3), 1e-12);
}

TEST(RuleValues, rmsprop_starts_with_ten_lr_here_and_with_three_tenths_in_tensorflow_1) {
  EXPECT_NEAR(first_step(optim::RMSprop{}, 1), 10, 1e-6);  // 1 / sqrt(1 - 0.99)
  const optim::RMSprop old = optim::tf1::RMSprop{};
  EXPECT_NEAR(first_step(old, 1), 1, 1e-9);                         // v = 0.9 * 1 + 0.1 * 1
  EXPECT_NEAR(first_step(old, 0.3), 0.3 / std::sqrt(0.909), 1e-9);  // 0.9 + 0.1 * 0.09
}

TEST(RuleValues, adadelta_starts_with_the_root_of_eps) {
  // sqrt(1e-6 / (0.1 + 1e-6)), then u = 0.1 * that^2 and v = 0.19.
  const double first = std::sqrt(1e-6 / 0.100001);
  const auto found = steps(optim::Adadelta{}, {1, 1});
  EXPECT_NEAR(found[0], first, 1e-15);
  EXPECT_NEAR(found[1], std::sqrt((0.1 * first * first + 1e-6) / 0.190001), 1e-15);
}

TEST(RuleValues, amsgrad_takes_the_largest_uncorrected_mean_square) {
  // v = 0.001, then 0.999 * 0.001 + 0.001 * 0.01, which is larger.  The larger of the corrected
  // ones would be the first, 1, whose second step is shorter.
  const auto found = steps(optim::Adam{.amsgrad = true}, {1, 0.1});
  const double m = (0.9 * 0.1 + 0.1 * 0.1) / (1 - 0.81);
  const double v = (0.999 * 0.001 + 0.001 * 0.01) / (1 - 0.999 * 0.999);
  EXPECT_NEAR(found[1], m / std::sqrt(v), 1e-7);
  EXPECT_NEAR(1 - 1e-3 * (found[0] + found[1]), 0.99826, 5e-6);  // optax: 0.99847
  // v = 0.1, 0.09, 0.082 here, and the largest stays 0.1.
  const auto kept = steps(optim::Adam{.beta1 = 0, .beta2 = 0.9, .amsgrad = true}, {1, 0, 0.1});
  EXPECT_NEAR(kept[2], 0.1 / std::sqrt(0.1 / (1 - 0.729)), 1e-7);
}

TEST(RuleValues, eps_before_correction_is_32_times_as_large_at_the_first_step) {
  const double g = 1e-8;
  EXPECT_NEAR(first_step(optim::Adam{}, g), 0.5, 1e-9);
  EXPECT_NEAR(first_step(optim::Adam{.eps_before_correction = true}, g),
              1 / (1 + 1 / std::sqrt(0.001)), 1e-9);
}

TEST(RuleValues, adamw_shrinks_the_weight_and_adam_adds_to_its_gradient) {
  const auto after = [](const auto& rule) {
    const Tensor w = full({1}, 2, f64).set_requires_grad();
    optim::Optimizer opt({{"w", w}}, rule);
    w.set_grad(full({1}, 1, f64));
    opt.step();
    return w.item();
  };
  EXPECT_NEAR(after(optim::AdamW{.lr = 0.1, .eps = 0, .weight_decay = 0.5}), 2 * 0.95 - 0.1, 1e-12);
  EXPECT_NEAR(after(optim::Adam{.lr = 0.1, .eps = 0, .weight_decay = 0.5}), 2 - 0.1, 1e-12);
  EXPECT_EQ(after(optim::AdamW{.lr = 0.1, .weight_decay = 0.5}),
            after(optim::Adam{.lr = 0.1, .weight_decay = 0.5, .decoupled_weight_decay = true}));
  EXPECT_EQ(double(optim::AdamW{}.weight_decay), 0.01);
}

TEST(RuleValues, adamax_divides_by_the_largest_gradient_of_late) {
  // m = 0.2, u = 2; then m = 0.18 + 0.01, u = 0.999 * 2, corrected by 1 - 0.81.
  const auto found = steps(optim::Adamax{.eps = 0}, {2, 0.1});
  EXPECT_NEAR(found[0], 1, 1e-12);
  EXPECT_NEAR(found[1], 0.19 / 0.19 / 1.998, 1e-12);
  // |g| + eps decays, a divisor's eps does not: u = 0.999 * 2.5 or 1.998 + 0.5.
  EXPECT_NEAR(steps(optim::Adamax{.eps = 0.5}, {2, 0.1})[1], 1 / (0.999 * 2.5), 1e-12);
  EXPECT_NEAR(steps(optim::Adamax{.eps = 0.5, .eps_in_max = false}, {2, 0.1})[1], 1 / 2.498, 1e-12);
}

TEST(RuleValues, nadams_momentum_warms_up_with_psi) {
  // The first step is 1 + mu_2 * 0.1 / (1 - mu_1 * mu_2), whatever the gradient.
  const auto expected = [](double psi) {
    const double mu1 = 0.9 * (1 - 0.5 * std::pow(0.96, psi));
    const double mu2 = 0.9 * (1 - 0.5 * std::pow(0.96, 2 * psi));
    return 1 + mu2 * 0.1 / (1 - mu1 * mu2);
  };
  EXPECT_NEAR(first_step(optim::NAdam{}, 0.3), expected(0.004), 1e-7);
  EXPECT_NEAR(first_step(optim::NAdam{.momentum_decay = 1}, 0.3), expected(1), 1e-7);
  EXPECT_NEAR(1 - 2e-3 * first_step(optim::NAdam{}, 0.3), 0.997887, 5e-7);
}

TEST(RuleValues, nadam_counted_together_does_not_go_through_steps_one_by_one_for_ever) {
  const Tensor w = zeros({1}, f64).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, optim::NAdam{.eps = 0});
  opt.groups()[0].entries[0].steps = Index{1} << 40;
  w.set_grad(ones({1}, f64));
  opt.step();
  // All corrections are over, mu is 0.9: (0.1 * 1 + 0.9 * 0.1) / sqrt(0.001).
  EXPECT_NEAR(-w.item() / 2e-3, 0.19 / std::sqrt(0.001), 1e-9);
}

// 0.9 times the smallest number is rounded to that number.
TEST(RuleValues, nadam_counted_together_ends_where_subnormal_numbers_are_not_flushed) {
  Tensor w = zeros({1}, f64);
  optim::NAdam::State state;
  optim::NAdam{}.update(std::ldexp(1.0, 40), w, ones({1}, f64), state);
  EXPECT_LT(w.item(), 0);
}

TEST(RuleValues, radam_has_no_divisor_until_rho_is_above_5) {
  // Gradients of 100: the steps are 100 lr as long as there is no divisor.  rho is about t: 4.996
  // at the 5th step, and the 6th is the first that is rectified.
  const std::vector<double> g(7, 100.0);
  const auto found = steps(optim::RAdam{}, g);
  const auto papers = steps(optim::RAdam{.rectify_above = 4}, g);
  for (std::size_t t = 0; t < 5; ++t) {
    EXPECT_NEAR(found[t], 100, 1e-9) << t;
  }
  EXPECT_NEAR(papers[3], 100, 1e-9);
  EXPECT_LT(papers[4], 0.1);
  const auto rectified = [](double t) {
    const double inf = 1999, p = std::pow(0.999, t), rho = inf - 2 * t * p / (1 - p);
    return std::sqrt((rho - 4) * (rho - 2) * inf / ((inf - 4) * (inf - 2) * rho));
  };
  EXPECT_NEAR(papers[4], rectified(5), 1e-9);
  EXPECT_NEAR(found[5], rectified(6), 1e-9);
  EXPECT_NEAR(found[6], rectified(7), 1e-9);
}

TEST(RuleValues, radam_with_a_short_memory_never_divides) {
  for (const double step : steps(optim::RAdam{.beta2 = 0.6}, std::vector<double>(200, 100.0))) {
    ASSERT_NEAR(step, 100, 1e-9);  // rho is below 2 / 0.4 - 1 = 4
  }
}

TEST(RuleValues, rprop_grows_shrinks_and_waits_one_step_after_a_change_of_sign) {
  const auto found = steps(optim::Rprop{.lr = 1}, {5, 0.1, -3, -3, -3, 0, -2, -2});
  // Sizes 1, 1.2, 0.6, 0.6, 0.72, 0.72, 0.72, 0.864; the third gradient counts as 0, and so does 0.
  const double expected[] = {1, 1.2, 0, -0.6, -0.72, 0, -0.72, -0.864};
  for (std::size_t t = 0; t < found.size(); ++t) {
    EXPECT_NEAR(found[t], expected[t], 1e-12) << t;
  }
}

TEST(RuleValues, rprop_keeps_its_step_sizes_in_their_range) {
  optim::Rprop rule{.lr = 1, .step_size_min = 0.4, .step_size_max = 1.5};
  const auto found = steps(rule, {1, 1, 1, 1, -1, -1, 1, 1, -1, -1});
  const double expected[] = {1, 1.2, 1.44, 1.5, 0, -0.75, 0, 0.4, 0, -0.4};
  for (std::size_t t = 0; t < found.size(); ++t) {
    EXPECT_NEAR(found[t], expected[t], 1e-12) << t;
  }
}

TEST(RuleValues, rprop_skips_a_nan_and_takes_infinity_by_its_sign) {
  EXPECT_EQ(steps(optim::Rprop{.lr = 1, .eta_plus = 1.5}, {1, NAN, 1, 1}),
            (std::vector<double>{1, 0, 1, 1.5}));
  EXPECT_EQ(steps(optim::Rprop{.lr = 1, .eta_plus = 1.5}, {1, kInf, 1}),
            (std::vector<double>{1, 1.5, 2.25}));
  EXPECT_EQ(steps(optim::Rprop{.lr = 1}, {1, -kInf, -1}), (std::vector<double>{1, 0, -0.5}));
}

TEST(RuleValues, rprop_sees_the_signs_of_gradients_whose_product_underflows) {
  EXPECT_EQ(steps(optim::Rprop{.lr = 1, .eta_plus = 1.5}, {1e-30, 1e-30, -1e-30}, f32),
            (std::vector<double>{1, 1.5, 0}));
}

TEST(RuleValues, rprop_with_a_rate_of_0_stands_still) {
  const Tensor w = ones({1}).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, optim::Rprop{.lr = 0});
  w.set_grad(ones({1}));
  opt.step();
  opt.step();
  EXPECT_EQ(w.item(), 1);
}

TEST(RuleValues, rprop_refuses_factors_and_sizes_out_of_range) {
  const auto refused = [](const optim::Rprop& rule, const std::string& message) {
    test::expect_error<ValueError>([&] { rule.check(); }, message);
  };
  for (const auto& [x, text] : {std::pair{0.0, "0"}, {1.0, "1"}, {double(NAN), "nan"}}) {
    refused({.eta_minus = x},
            std::string("Rprop: eta_minus must be above 0 and below 1, got ") + text);
  }
  for (const auto& [x, text] : {std::pair{1.0, "1"}, {kInf, "inf"}, {double(NAN), "nan"}}) {
    refused({.eta_plus = x},
            std::string("Rprop: eta_plus must be finite and above 1, got ") + text);
  }
  refused({.step_size_max = 1e-9},
          "Rprop: step_size_max must be finite and at least step_size_min, got 1e-09 and 1e-06");
  refused({.step_size_min = -1}, "Rprop: step_size_min must be finite and at least 0, got -1");
}

TEST(RuleValues, every_option_of_every_rule_refuses_what_is_no_number_or_has_no_end) {
  test::for_each_rule_type([]<class R>(const R&) {
    for (const std::string& option : optim::option_names<R>()) {
      for (const double wrong : {double(NAN), kInf, -kInf}) {
        R rule;
        const auto at = optim::find_option(R::name, optim::option_refs(rule), option).at;
        if (!std::holds_alternative<optim::Number*>(at)) {
          continue;
        }
        *std::get<optim::Number*>(at) = wrong;
        const std::string start = std::string(R::name) + ": " + option + " must be ";
        try {
          rule.check();
          ADD_FAILURE() << R::name << " takes " << option << " = " << wrong;
        } catch (const ValueError& error) {
          EXPECT_EQ(std::string(error.what()).substr(0, start.size()), start);
        }
      }
    }
  });
}

TEST(RuleValues, radam_refuses_a_threshold_below_4) {
  test::expect_error<ValueError>(
      [] { optim::RAdam{.rectify_above = 3.5}.check(); },
      "RAdam: rectify_above must be finite and at least 4, below which there is no root, got 3.5");
}

TEST(RuleValues, lion_steps_by_the_sign_of_a_mean_that_its_state_does_not_keep) {
  // c = 0.1, then 0.9 * 0.01 - 0.1 * 0.05 > 0 where m = 0.01: the sign is not yet the gradient's.
  // The state is 0.99 * 0.01 - 0.01 * 0.05 = 0.0094, then with 0: still up; then -0.1: down.
  EXPECT_EQ(steps(optim::Lion{.lr = 1}, {1, -0.05, 0, -0.1}), (std::vector<double>{1, 1, 1, -1}));
  EXPECT_EQ(first_step(optim::Lion{.lr = 1}, 0), 0);
  EXPECT_TRUE(std::isnan(first_step(optim::Lion{.lr = 1}, NAN)));
}

}  // namespace
}  // namespace gradus
