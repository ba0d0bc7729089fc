// Options out of range, options as text, and what zero, infinite and undefined gradients do.
#include <gradus/optim/adam.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/options.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/limits.h"
#include "support/naive.h"
#include "support/rule_table.h"

namespace gradus {
namespace {

using optim::Adam;
using optim::Optimizer;
using optim::RMSprop;
using optim::SGD;
using test::describe;
using test::expect_error;
using test::kInf;

// Refused by the constructor, by add_group, and at the next step when set in a group.
template <class R>
void expect_refused(const R& wrong, const std::string& message) {
  const Tensor a = ones({1}).set_requires_grad();
  expect_error<ValueError>([&] { Optimizer<R> opt({{"a", a}}, wrong); }, message);
  Optimizer<R> opt;
  expect_error<ValueError>([&] { opt.add_group({{"a", a}}, wrong); }, message);
  EXPECT_TRUE(opt.groups().empty());
  opt.add_group({{"a", a}});
  opt.groups()[0].rule = wrong;
  a.set_grad(ones({1}));
  expect_error<ValueError>([&] { opt.step(); }, message);
  EXPECT_EQ(a.item(), 1);
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 0);
}

template <class R>
void expect_at_least_zero(optim::Number R::*option, const std::string& name) {
  const std::pair<double, std::string> wrong[] = {
      {-1, "-1"}, {-5e-324, "-5e-324"}, {NAN, "nan"}, {kInf, "inf"}, {-kInf, "-inf"}};
  for (const auto& [value, text] : wrong) {
    R rule;
    rule.*option = value;
    expect_refused(
        rule, std::string(R::name) + ": " + name + " must be finite and at least 0, got " + text);
  }
}

TEST(Options, of_sgd_out_of_range_are_refused) {
  expect_at_least_zero(&SGD::lr, "lr");
  expect_at_least_zero(&SGD::momentum, "momentum");
  expect_at_least_zero(&SGD::weight_decay, "weight_decay");
  expect_refused(SGD{.dampening = NAN}, "SGD: dampening must be finite, got nan");
  expect_refused(SGD{.dampening = kInf}, "SGD: dampening must be finite, got inf");
  const std::string nesterov = "SGD: nesterov needs momentum above 0 and dampening 0, got ";
  expect_refused(SGD{.nesterov = true}, nesterov + "0 and 0");
  expect_refused(SGD{.momentum = 0.5, .dampening = 0.25, .nesterov = true},
                 nesterov + "0.5 and 0.25");
}

TEST(Options, of_rmsprop_out_of_range_are_refused) {
  expect_at_least_zero(&RMSprop::lr, "lr");
  expect_at_least_zero(&RMSprop::eps, "eps");
  expect_at_least_zero(&RMSprop::momentum, "momentum");
  expect_at_least_zero(&RMSprop::weight_decay, "weight_decay");
  const std::string share = "RMSprop: alpha must be from 0 to 1, got ";
  expect_refused(RMSprop{.alpha = 1.5}, share + "1.5");
  expect_refused(RMSprop{.alpha = -0.5}, share + "-0.5");
  expect_refused(RMSprop{.alpha = NAN}, share + "nan");
}

TEST(Options, of_adam_out_of_range_are_refused) {
  expect_at_least_zero(&Adam::lr, "lr");
  expect_at_least_zero(&Adam::eps, "eps");
  expect_at_least_zero(&Adam::weight_decay, "weight_decay");
  const std::string rest = " must be at least 0 and below 1, got ";
  for (const auto& [value, text] : {std::pair{1.0, "1"}, {-0.5, "-0.5"}, {double(NAN), "nan"}}) {
    expect_refused(Adam{.beta1 = value}, "Adam: beta1" + rest + text);
    expect_refused(Adam{.beta2 = value}, "Adam: beta2" + rest + text);
  }
}

TEST(Options, are_named_in_their_order) {
  EXPECT_EQ(
      optim::option_names<Adam>(),
      (std::vector<std::string>{"lr", "beta1", "beta2", "eps", "weight_decay",
                                "decoupled_weight_decay", "amsgrad", "eps_before_correction"}));
}

TEST(Options, are_set_from_text) {
  SGD rule;
  optim::set_option(rule, "lr", "1e-2");
  optim::set_option(rule, "momentum", "0.9");
  optim::set_option(rule, "nesterov", "true");
  optim::set_option(rule, "maximize", "1");
  EXPECT_EQ(rule.lr, 0.01);
  EXPECT_EQ(rule.momentum, 0.9);
  EXPECT_TRUE(rule.nesterov);
  EXPECT_TRUE(rule.maximize);
  optim::set_option(rule, "nesterov", "false");
  optim::set_option(rule, "maximize", "0");
  EXPECT_FALSE(rule.nesterov || rule.maximize);
  Index whole = 0;
  optim::parse_option("R", "k", "-12", whole);
  EXPECT_EQ(whole, -12);
}

TEST(Options, that_are_no_text_for_them_are_refused_and_change_nothing) {
  SGD rule{.lr = 0.5};
  for (const std::string text :
       {"", " 1", "1 ", "0.1x", "0x10", "1,5", "+1", "1e999", "abc", "--1"}) {
    expect_error<ValueError>([&] { optim::set_option(rule, "lr", text); },
                             "SGD: lr must be a number, got '" + text + "'");
  }
  for (const std::string text : {"", "yes", "True", "2", "true "}) {
    expect_error<ValueError>([&] { optim::set_option(rule, "nesterov", text); },
                             "SGD: nesterov must be true or false, got '" + text + "'");
  }
  Index whole = 7;
  for (const std::string text : {"1.5", "1e3", "99999999999999999999", ""}) {
    expect_error<ValueError>([&] { optim::parse_option("R", "k", text, whole); },
                             "R: k must be a whole number, got '" + text + "'");
  }
  expect_error<ValueError>([&] { optim::set_option(rule, "lr", "-1"); },
                           "SGD: lr must be finite and at least 0, got -1");
  expect_error<ValueError>([&] { optim::set_option(rule, "lr", "nan"); },
                           "SGD: lr must be finite and at least 0, got nan");
  expect_error<ValueError>(
      [&] { optim::set_option(rule, "lrr", "1"); },
      "SGD: there is no option 'lrr'; its options are lr, momentum, dampening, weight_decay, "
      "decoupled_weight_decay, nesterov, maximize, lr_in_buffer");
  EXPECT_EQ(rule.lr, 0.5);
  EXPECT_EQ(whole, 7);
}

// A parameter that starts at 1 and gets these gradients one after the other.
template <class R>
double after(const R& rule, const std::vector<double>& gradients, Dtype dtype = f64) {
  const Tensor w = ones({1}, dtype).set_requires_grad();
  Optimizer<R> opt({{"w", w}}, rule);
  for (const double g : gradients) {
    w.set_grad(full({1}, g, dtype));
    opt.step();
  }
  return w.item();
}

TEST(Gradient, zero_at_the_first_step_moves_nothing) {
  test::for_each_rule([](auto rule) {
    if constexpr (requires { rule.weight_decay; }) {
      rule.weight_decay = 0;
    }
    EXPECT_EQ(after(rule, {0}), 1) << describe(rule);
  });
}

TEST(Gradient, zeros_after_one_unit_gradient_coast_as_the_formula_says) {
  std::vector<double> g(51, 0.0);
  g[0] = 1;
  const auto coasted = [&](const auto& rule) {
    return (after(rule, {1}) - after(rule, g)) / rule.lr;
  };
  EXPECT_EQ(coasted(SGD{.lr = 0.5}), 0);
  EXPECT_NEAR(coasted(SGD{.lr = 0.5, .momentum = 0.5}), 1, 1e-12);  // sum mu^k = mu / (1 - mu)
  EXPECT_EQ(coasted(RMSprop{}), 0);
  EXPECT_NEAR(coasted(RMSprop{.momentum = 0.9}), 90, 0.6);  // 10 times 9 (1 - 0.9^50)
  EXPECT_NEAR(coasted(Adam{}), 4.97, 0.005);
}

TEST(Gradient, after_a_long_silence_takes_the_longest_step) {
  std::vector<double> g(50'001, 0.0);
  g.back() = 1;
  EXPECT_NEAR((1 - after(RMSprop{}, g)) / 0.01, 10, 1e-5);  // 1 / sqrt(1 - alpha)
  EXPECT_NEAR((1 - after(Adam{}, g)) / 1e-3, 0.1 / std::sqrt(1e-3), 1e-4);
}

TEST(Gradient, of_nan_makes_nan_for_ever) {
  test::for_each_rule([]<class R>(const R& rule) {
    if (R::name == optim::Rprop::name) {
      return;  // skips the step
    }
    EXPECT_TRUE(std::isnan(after(rule, {1, NAN}))) << describe(rule);
    EXPECT_TRUE(std::isnan(after(rule, {1, NAN, 1, 1}))) << describe(rule);
  });
}

// Also with a rate of 0, where a BLAS does not look at the gradient.
TEST(Gradient, of_nan_is_not_hidden_by_a_rate_of_0) {
  for (SGD rule : test::rows<SGD>()) {
    rule.lr = 0;
    EXPECT_TRUE(std::isnan(after(rule, {NAN}))) << describe(rule);
    EXPECT_EQ(after(rule, {5}), 1) << describe(rule);
  }
}

TEST(Gradient, of_infinity_ends_as_the_table_says) {
  EXPECT_EQ(after(SGD{}, {1, kInf, 1}), -kInf);
  EXPECT_EQ(after(SGD{.momentum = 0.9}, {1, kInf, 1, 1}), -kInf);
  EXPECT_TRUE(std::isnan(after(SGD{.momentum = 0.9, .weight_decay = 0.1}, {1, kInf, 1, 1})));
  EXPECT_TRUE(std::isnan(after(RMSprop{}, {1, kInf})));
  EXPECT_TRUE(std::isnan(after(RMSprop{.momentum = 0.9}, {1, kInf})));
  EXPECT_TRUE(std::isnan(after(RMSprop{.centered = true}, {1, kInf})));
  EXPECT_TRUE(std::isnan(after(Adam{}, {1, kInf})));
  EXPECT_TRUE(std::isnan(after(Adam{.amsgrad = true}, {1, kInf})));
}

TEST(Gradient, of_one_bad_element_leaves_the_others_alone) {
  test::for_each_rule([]<class R>(const R& rule) {
    const Tensor w = ones({20}).set_requires_grad();
    Optimizer opt({{"w", w}}, rule);
    Tensor g = ones({20});
    g.mutable_data<float>()[7] = NAN;
    w.set_grad(g);
    opt.step();
    const std::vector<float> found = w.to_vector();
    for (std::size_t i = 0; i < 20; ++i) {
      EXPECT_EQ(std::isnan(found[i]), i == 7 && R::name != optim::Rprop::name) << describe(rule);
      EXPECT_TRUE(i == 7 || found[i] == found[0]);
    }
  });
}

TEST(Gradient, with_eps_0_and_zero_gradient_is_nan) {
  EXPECT_TRUE(std::isnan(after(Adam{.eps = 0}, {0})));
  EXPECT_TRUE(std::isnan(after(RMSprop{.eps = 0}, {0})));
}

// Centred, nearly constant gradients: v - a^2 rounds to below 0 for most of them, which must not
// give NaN.
TEST(Gradient, that_hardly_varies_is_no_square_root_of_a_negative_number) {
  for (int k = 1; k <= 20; ++k) {
    const std::vector<double> g(3000, 0.37 * k);
    EXPECT_TRUE(std::isfinite(after(RMSprop{.centered = true}, g, f32))) << g[0];
  }
}

TEST(Steps, are_counted_beyond_the_whole_numbers_of_f32) {
  const Tensor w = ones({1}).set_requires_grad();
  Optimizer opt({{"w", w}}, Adam{.lr = 0.001});
  opt.groups()[0].entries[0].steps = Index{1} << 40;
  w.set_grad(ones({1}));
  opt.step();
  EXPECT_EQ(opt.groups()[0].entries[0].steps, (Index{1} << 40) + 1);
  // beta^t is 0 and the corrections are 1: m = 0.1, v = 0.001.
  EXPECT_NEAR(1 - w.item(), 0.001 * 0.1 / std::sqrt(0.001), 1e-7);
}

// SGD that throws as if there were no memory left.
struct Failing : SGD {
  static constexpr std::string_view name = "Failing";
  void update(optim::Number, Tensor&, const Tensor&, State&) const {
    throw MemoryError("none left");
  }
};

TEST(Steps, count_no_step_that_threw) {
  const Tensor w = ones({1}).set_requires_grad();
  Optimizer opt({{"w", w}}, Failing{});
  w.set_grad(ones({1}));
  EXPECT_THROW(opt.step(), MemoryError);
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 0);
}

TEST(Steps, are_not_counted_apart_by_copies_that_share_their_state) {
  EXPECT_FALSE(std::is_copy_constructible_v<Optimizer<Adam>>);
  EXPECT_TRUE(std::is_move_constructible_v<Optimizer<Adam>>);
}

}  // namespace
}  // namespace gradus
