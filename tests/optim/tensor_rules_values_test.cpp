// The rules that look at whole tensors: values by hand, what holds for any tensor, zeros, what is
// not finite, and what they refuse.
#include <gradus/core/random.h>
#include <gradus/core/reduce.h>
#include <gradus/optim/adafactor.h>
#include <gradus/optim/explain.h>
#include <gradus/optim/keras.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/muon.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/limits.h"
#include "support/naive.h"
#include "support/small_steps.h"

namespace gradus {
namespace {

using test::after;
using test::difference;
using test::doubles;
using test::expect_error;
using test::expect_near;
using test::kInf;
using test::kNan;
using test::vector_of;

// --- LARS ----------------------------------------------------------------------------------------

TEST(LARS, moves_by_the_trust_coefficient_as_in_the_formula) {
  // |w| = 5, |g| = 1: q = 0.001 * 5 / (1 + 0.1 * 5) = 1/300; g + 0.1 w = (0.9, 1.2).
  const optim::LARS rule{.lr = 3, .weight_decay = 0.1, .eps = 0};
  expect_near(after(rule, vector_of({3, 4}), {vector_of({0.6, 0.8})}), {2.991, 3.988}, 1e-14);
}

TEST(LARS, without_weight_decay_is_plain_sgd_unless_told_to_adapt) {
  const Tensor w = vector_of({3, 4});
  const Tensor g = vector_of({6, 8});
  expect_near(after(optim::LARS{.lr = 0.5}, w, {g}), {0, 0}, 0);
  // |step| = lr * trust_coefficient * |w| whatever the gradient's size.
  const optim::LARS adapting{.lr = 0.5, .trust_coefficient = 0.2, .eps = 0, .always_adapt = true};
  expect_near(after(adapting, w, {g}), {2.7, 3.6}, 1e-14);
  expect_near(after(adapting, w, {vector_of({6e-9, 8e-9})}), {2.7, 3.6}, 1e-14);
}

TEST(LARS, has_ratio_1_where_a_norm_is_0) {
  const optim::LARS rule{.lr = 0.5, .weight_decay = 0.1};
  expect_near(after(rule, vector_of({0, 0}), {vector_of({6, 8})}), {-3, -4}, 0);
  expect_near(after(rule, vector_of({3, 4}), {vector_of({0, 0})}), {2.85, 3.8}, 1e-15);
}

TEST(LARS, clipped_moves_no_further_than_sgd) {
  const optim::LARS rule{
      .lr = 0.1, .trust_coefficient = 1, .eps = 0, .trust_clip = true, .always_adapt = true};
  expect_near(after(rule, vector_of({3, 4}), {vector_of({0.6, 0.8})}), {2.94, 3.92}, 1e-15);
  // q = 5 / 100 = 0.05; q / lr = 0.5
  expect_near(after(rule, vector_of({3, 4}), {vector_of({60, 80})}), {0, 0}, 1e-14);
}

TEST(LARS, with_lr_0_stays_also_where_it_clips) {
  const optim::LARS rule{.lr = 0, .weight_decay = 0.1, .trust_clip = true};
  expect_near(after(rule, vector_of({3, 4}), {vector_of({6, 8})}), {3, 4}, 0);
}

// --- LAMB ----------------------------------------------------------------------------------------

TEST(LAMB, first_moves_along_the_signs_by_lr_times_the_norm) {
  // r = (1, -1), |r| = sqrt(2), |w| = 5
  const optim::LAMB rule{.lr = 0.1, .eps = 0, .weight_decay = 0, .always_adapt = true};
  const double step = 0.1 * 5 / std::sqrt(2.0);
  expect_near(after(rule, vector_of({3, 4}), {vector_of({7, -1e-3})}), {3 - step, 4 + step}, 1e-14);
}

TEST(LAMB, moves_by_lr_times_the_norm_at_every_step) {
  Rng rng(1);
  Tensor w = randn({6, 5}, rng, 0, 1, f64).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, optim::LAMB{.lr = 0.01, .weight_decay = 0.1});
  for (int t = 0; t < 20; ++t) {
    const Tensor before = w.clone();
    w.set_grad(randn({6, 5}, rng, 0, 1, f64));
    opt.step();
    EXPECT_NEAR(core::norm(difference(w, before)), 0.01 * core::norm(before), 1e-15);
  }
}

TEST(LAMB, has_ratio_1_where_a_norm_is_0) {
  const optim::LAMB rule{.lr = 0.1, .eps = 0};
  expect_near(after(rule, vector_of({0, 0}), {vector_of({7, -1e-3})}), {-0.1, 0.1}, 1e-16);
  const optim::LAMB still{.lr = 0.1, .weight_decay = 0, .always_adapt = true};
  expect_near(after(still, vector_of({3, 4}), {vector_of({0, 0})}), {3, 4}, 0);
}

TEST(LAMB, without_weight_decay_is_adam) {
  // r = 1 / (1 + 1): no ratio
  const optim::LAMB rule{.lr = 0.5, .eps = 1, .weight_decay = 0};
  expect_near(after(rule, vector_of({30, 40}), {vector_of({1, 1})}), {29.75, 39.75}, 1e-14);
}

// --- Adafactor -----------------------------------------------------------------------------------

TEST(Adafactor, takes_the_first_step_of_its_formula) {
  // g^2 = 1 4; 9 16: R = 2.5, 12.5 with mean 7.5, C = 5, 10.
  // d^2 = 2.5*5/7.5, 2.5*10/7.5, 12.5*5/7.5, 12.5*10/7.5 = 5/3, 10/3, 25/3, 50/3
  // u^2 = 0.6, 1.2, 1.08, 0.96: RMS(u) = sqrt(0.96) < 1.  alpha = RMS(w) * 0.01 = 0.02.
  const Tensor w = full({2, 2}, 2, f64);
  const Tensor g = doubles({1, -2, 3, 4}, {2, 2});
  expect_near(after(optim::Adafactor{}, w, {g}),
              {2 - 0.02 * std::sqrt(0.6), 2 + 0.02 * std::sqrt(1.2), 2 - 0.02 * std::sqrt(1.08),
               2 - 0.02 * std::sqrt(0.96)},
              1e-15);
}

TEST(Adafactor, of_a_vector_divides_by_the_mean_itself) {
  // t = 1: beta2 = 0, u = 1.  t = 2: v = 2^-0.8 * 4 + (1 - 2^-0.8).
  const double share = std::pow(2.0, -0.8);
  const double v = share * 4 + (1 - share);
  const double clip = 2 / std::sqrt(v);  // RMS(u)
  const Tensor w = vector_of({1, 1});
  expect_near(after(optim::Adafactor{}, w, {vector_of({1, -1}), vector_of({2, 2})}),
              {0.99 - std::sqrt((0.99 * 0.99 + 1.01 * 1.01) / 2) * 0.01 * (2 / std::sqrt(v)) / clip,
               1.01 - std::sqrt((0.99 * 0.99 + 1.01 * 1.01) / 2) * 0.01},
              1e-15);
}

TEST(Adafactor, moves_by_at_most_the_clip_threshold) {
  Rng rng(2);
  Tensor w = randn({6, 5}, rng, 0, 1, f64).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, optim::Adafactor{.clip_threshold = 1.1});
  bool clipped = false;
  for (int t = 1; t <= 20; ++t) {
    const Tensor before = w.clone();
    w.set_grad(randn({6, 5}, rng, 0, t % 5 == 0 ? 100 : 1, f64));
    opt.step();
    const double moved = core::rms(difference(w, before)) / (0.01 * core::rms(before));
    EXPECT_LE(moved, 1.1 * (1 + 1e-12));
    clipped |= moved > 1.1 * (1 - 1e-12);
  }
  EXPECT_TRUE(clipped);
}

TEST(Adafactor, keeps_no_state_of_the_size_of_a_matrix) {
  Tensor w = ones({3, 2, 5, 7}).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, optim::Adafactor{});
  w.set_grad(ones({3, 2, 5, 7}));
  opt.step();
  const auto& state = opt.groups()[0].entries[0].state;
  EXPECT_EQ(state.row_mean.shape(), (Shape{3, 2, 5, 1}));
  EXPECT_EQ(state.column_mean.shape(), (Shape{3, 2, 1, 7}));
  EXPECT_FALSE(state.square_avg);
}

TEST(Adafactor, stays_at_zero_gradients_and_leaves_zero_weights) {
  const Tensor w = full({2, 2}, 3, f64);
  expect_near(after(optim::Adafactor{}, w, {zeros({2, 2}, f64)}), {3, 3, 3, 3}, 0);
  const Tensor v = vector_of({3, 3});
  expect_near(after(optim::Adafactor{}, v, {vector_of({0, 0})}), {3, 3}, 0);
  // alpha = eps2 * lr
  expect_near(after(optim::Adafactor{}, vector_of({0, 0}), {vector_of({5, -5})}), {-1e-5, 1e-5},
              1e-19);
}

// --- Keras's -------------------------------------------------------------------------------------

TEST(KerasTensorRules, take_the_steps_of_their_definitions) {
  // w <- 0.95 w first, of norm 4.75, then lr * 4.75 along the signs.
  const optim::LAMB lamb = optim::keras::Lamb{.learning_rate = 0.1, .weight_decay = 0.5};
  const double step = 0.1 * 4.75 / std::sqrt(2.0);
  expect_near(after(lamb, vector_of({3, 4}), {vector_of({1, -1})}), {2.85 - step, 3.8 + step},
              1e-13);
  // u = 0 / 1e-15 and 2 / 2; RMS(u) < 1; alpha = RMS(w) * 0.001
  const optim::Adafactor adafactor = optim::keras::Adafactor{};
  expect_near(after(adafactor, vector_of({1, 1}), {vector_of({0, 2})}), {1, 0.999}, 1e-15);
  // Keras decays first: w = 2 - 0.1 * 0.5 * 2 = 1.9, and then alpha = 1.9 * 0.1.
  const optim::Adafactor decaying =
      optim::keras::Adafactor{.learning_rate = 0.1, .weight_decay = 0.5};
  expect_near(after(decaying, vector_of({2}), {vector_of({1})}), {1.9 - 1.9 * 0.1}, 1e-14);
  // d = 2 + 0.95 * 2 = 3.9, and one iteration of z = 3.9 / (3.9 + 1e-7)
  const optim::Muon muon = optim::keras::Muon{.learning_rate = 0.5, .ns_steps = 1};
  const double z = 3.9 / (3.9 + 1e-7);
  const double o = 3.4445 * z - 4.7750 * z * z * z + 2.0315 * z * z * z * z * z;
  expect_near(after(muon, full({1, 1}, 5, f64), {full({1, 1}, 2, f64)}),
              {5 * (1 - 0.5 * 0.004) - 0.5 * 0.2 * o}, 1e-14);
  expect_error<ValueError>(
      [] { static_cast<void>(optim::Muon(optim::keras::Muon{.rms_rate = 0})); },
      "keras::Muon: rms_rate must be finite and above 0, got 0");
}

// --- all of them ---------------------------------------------------------------------------------

TEST(TensorRuleOptions, out_of_range_are_refused) {
  const auto refused = [](const auto& rule, const std::string& message) {
    expect_error<ValueError>([&] { rule.check(); }, message);
  };
  refused(optim::LARS{.trust_coefficient = 0},
          "LARS: trust_coefficient must be finite and above 0, got 0");
  refused(optim::LARS{.nesterov = true},
          "LARS: nesterov needs momentum above 0 and dampening 0, got 0 and 0");
  refused(optim::LAMB{.beta2 = 1}, "LAMB: beta2 must be at least 0 and below 1, got 1");
  refused(optim::Adafactor{.beta2_decay = 0.5},
          "Adafactor: beta2_decay must be finite and at most 0, got 0.5");
  refused(optim::Adafactor{.eps1 = -2},
          "Adafactor: eps1 must be finite and at least 0, or -1 for the machine epsilon, got -2");
  refused(optim::Adafactor{.clip_threshold = 0.5},
          "Adafactor: clip_threshold must be finite and at least 1, got 0.5");
  refused(optim::Muon{.newton_schulz_steps = 0},
          "Muon: newton_schulz_steps must be from 1 to 99, got 0");
  refused(optim::Muon{.momentum = 1}, "Muon: momentum must be at least 0 and below 1, got 1");
  for (const double bad : {kNan, kInf}) {
    EXPECT_THROW(optim::LARS{.eps = bad}.check(), ValueError);
    EXPECT_THROW(optim::LAMB{.weight_decay = bad}.check(), ValueError);
    EXPECT_THROW(optim::Adafactor{.beta2_decay = -bad}.check(), ValueError);
    EXPECT_THROW(optim::Adafactor{.clip_threshold = bad}.check(), ValueError);
    EXPECT_THROW(optim::Adafactor{.eps1 = bad}.check(), ValueError);
    EXPECT_THROW(optim::Muon{.a = bad}.check(), ValueError);
    EXPECT_THROW(optim::Muon{.matched_rms = bad}.check(), ValueError);
  }
}

// timm takes a norm that is NaN for 0; Adafactor's and Muon's step needs the whole gradient.
TEST(TensorRules, hand_a_nan_of_the_gradient_on) {
  const Tensor w = doubles({1, 2, 3, 4}, {2, 2});
  const Tensor g = doubles({1, kNan, 1, 1}, {2, 2});
  const auto count = [&](const auto& rule) {
    int bad = 0;
    for (const double value : after(rule, w, {g}).template to_vector<double>()) {
      bad += value != value;
    }
    return bad;
  };
  EXPECT_EQ(count(optim::LARS{.weight_decay = 0.1}), 1);
  EXPECT_EQ(count(optim::LAMB{}), 1);
  EXPECT_EQ(count(optim::Adafactor{}), 4);
  EXPECT_EQ(count(optim::Muon{}), 4);
}

TEST(TensorRules, name_the_effective_rate_and_the_norms) {
  const Tensor w = doubles({3, 0, 0, 4}, {2, 2});
  const Tensor g = doubles({0.6, 0, 0, 0.8}, {2, 2});
  const auto text = [&](const auto& rule) {
    return to_text(optim::explain(rule, w, std::vector<Tensor>{g}, {0, 0}));
  };
  const auto expect_lines = [](const std::string& all, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      EXPECT_NE(all.find("\n  " + name + " "), std::string::npos) << name << " in\n" << all;
    }
  };
  expect_lines(text(optim::LARS{.weight_decay = 0.1}),
               {"|w|", "|g|", "trust ratio", "effective rate", "w"});
  expect_lines(text(optim::LAMB{}),
               {"m", "v", "divisor", "r", "|w|", "|r|", "trust ratio", "effective rate", "w"});
  expect_lines(text(optim::Adafactor{}), {"beta2", "RMS(w)", "alpha", "divisor", "u", "RMS(u)",
                                          "clip", "effective rate", "w"});
  expect_lines(text(optim::Muon{}),
               {"momentum_buffer", "d", "|d|", "scale", "effective rate", "w"});
}

TEST(Adafactor, effective_rate_times_the_gradient_is_the_step) {
  Rng rng(5);
  Tensor w = randn({3, 4}, rng, 0, 1, f64).set_requires_grad();
  const Tensor g = randn({3, 4}, rng, 0, 1, f64);
  optim::Optimizer opt({{"w", w}}, optim::Adafactor{});
  w.set_grad(g);
  const std::vector<double> rates = opt.values_of("effective rate").at("w");
  const Tensor before = w.clone();
  opt.step();
  const std::vector<double> moved = difference(before, w).to_vector<double>();
  const std::vector<double> gradient = g.to_vector<double>();
  for (std::size_t i = 0; i < rates.size(); ++i) {
    EXPECT_NEAR(moved[i], rates[i] * gradient[i], 1e-15);
  }
}

}  // namespace
}  // namespace gradus
