// What every rule does at zero, NaN and infinity: one row of the table a rule.  The numbers are
// PyTorch's (1.13; Lion's, LARS's, LAMB's, Muon's and Adafactor's follow from their formulas), but
// for Lion, where PyTorch's sign(NaN) is 0 and ours NaN.
#include <gradus/gradus.h>
#include <gradus/optim/adafactor.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/muon.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/limits.h"

namespace gradus {
namespace {

using test::kFloatInf;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// One weight that starts at 1; a matrix, as Muon wants it.
template <class R>
struct Weight {
  Tensor w = ones({1, 1}).set_requires_grad();
  optim::Optimizer<R> opt;

  explicit Weight(const R& rule) : opt({{"w", w}}, rule) {}
  /// The weight after a step with gradient g.
  float step(float g) {
    w.set_grad(full({1, 1}, double(g)));
    opt.step();
    return w.to_vector()[0];
  }
  /// How far `count` steps with gradient g move it, in learning rates.
  double moved(float g, int count) {
    const float before = w.to_vector()[0];
    for (int i = 0; i < count; ++i) {
      step(g);
    }
    return (double(before) - double(w.to_vector()[0])) / double(opt.groups()[0].rule.lr);
  }
};

/// What one Inf, after a gradient of 1 and before two more, leaves behind.
enum class After { nan, minus_infinity, goes_on };

struct Row {
  double coast;      ///< over 50 zero gradients after one of 1, in learning rates
  double tolerance;  ///< of that
  After infinity;
  After nan = After::nan;
};

template <class R>
void expect_row(const R& rule, const Row& row) {
  Weight<R> still(rule);
  EXPECT_EQ(still.step(0), 1) << R::name << ": a first gradient of 0 moves it";

  Weight<R> coasting(rule);
  coasting.step(1);
  EXPECT_NEAR(coasting.moved(0, 50), row.coast, row.tolerance) << R::name;

  const auto expect_after = [&](float spike, After expected) {
    Weight<R> w(rule);
    w.step(1);
    w.step(spike);
    w.step(1);
    const float end = w.step(1);
    switch (expected) {
      case After::nan:
        EXPECT_TRUE(std::isnan(end)) << R::name << " after " << spike << ": " << end;
        break;
      case After::minus_infinity:
        EXPECT_EQ(end, -kFloatInf) << R::name << " after " << spike;
        break;
      case After::goes_on:
        EXPECT_TRUE(std::isfinite(end)) << R::name << " after " << spike << ": " << end;
        break;
    }
  };
  expect_after(kFloatInf, row.infinity);
  expect_after(kNaN, row.nan);
}

TEST(Nonfinite, table_of_every_rule) {
  expect_row(optim::SGD{.lr = 0.01}, {0, 0, After::minus_infinity});
  // 0.9 / (1 - 0.9), less 0.9^51 / 0.1
  expect_row(optim::SGD{.lr = 0.01, .momentum = 0.9}, {8.954, 0.001, After::minus_infinity});
  expect_row(optim::Adagrad{}, {0, 0, After::nan});
  expect_row(optim::RMSprop{}, {0, 0, After::nan});
  expect_row(optim::RMSprop{.lr = 1e-4, .momentum = 0.9}, {90, 0.6, After::nan});
  expect_row(optim::RMSprop{.centered = true}, {0, 0, After::nan});
  expect_row(optim::Adadelta{}, {0, 0, After::nan});
  expect_row(optim::Adam{}, {4.97, 0.005, After::nan});
  expect_row(optim::Adam{.amsgrad = true}, {4.945, 0.005, After::nan});
  expect_row(optim::AdamW{.weight_decay = 0}, {4.97, 0.005, After::nan});
  expect_row(optim::Adamax{}, {2.0, 0.05, After::nan});
  expect_row(optim::NAdam{}, {1.24, 0.005, After::nan});
  expect_row(optim::RAdam{}, {1.34, 0.005, After::minus_infinity});
  expect_row(optim::Rprop{}, {0, 0, After::goes_on, After::goes_on});
  expect_row(optim::Lion{}, {50, 0.01, After::goes_on});
  expect_row(optim::LARS{.lr = 0.01}, {0, 0, After::minus_infinity});
  expect_row(optim::LARS{.lr = 0.01, .always_adapt = true}, {0, 0, After::nan});
  expect_row(optim::LAMB{.weight_decay = 0}, {4.97, 0.005, After::nan});  // no ratio: Adam
  // By lr |w| a step: 0.999 (1 - 0.999^50) / 0.001.
  expect_row(optim::LAMB{.weight_decay = 0, .always_adapt = true}, {48.75, 0.1, After::nan});
  expect_row(optim::Adafactor{}, {0, 0, After::nan});
}

// Its pull back from infinity is infinite too.
TEST(Nonfinite, weight_decay_turns_the_infinity_of_momentum_into_nan) {
  Weight<optim::SGD> w(optim::SGD{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1});
  EXPECT_EQ(w.step(kFloatInf), -kFloatInf);
  EXPECT_TRUE(std::isnan(w.step(1)));
}

// Its matrix products leave 0 in place, keep the direction for as long as the momentum is not 0,
// and spread NaN to the whole matrix.
TEST(Nonfinite, muon) {
  const optim::Muon rule{.lr = 0.01, .weight_decay = 0};
  Weight<optim::Muon> still(rule);
  EXPECT_EQ(still.step(0), 1);
  Weight<optim::Muon> coasting(rule);
  coasting.step(1);
  EXPECT_GT(coasting.moved(0, 50), 20);
  for (const float spike : {kFloatInf, kNaN}) {
    const Tensor w = ones({2, 2}).set_requires_grad();
    optim::Optimizer opt({{"w", w}}, rule);
    w.set_grad(tensor({{1, 2}, {3, double(spike)}}));
    opt.step();
    for (const float x : w.to_vector()) {
      EXPECT_TRUE(std::isnan(x));
    }
  }
}

// Rprop: PyTorch takes a NaN for no sign at all, and infinity for a sign.
TEST(Nonfinite, rprop_skips_a_nan_and_takes_the_sign_of_infinity) {
  Weight<optim::Rprop> w(optim::Rprop{.lr = 0.125});
  EXPECT_EQ(w.step(1), 0.875F);
  EXPECT_EQ(w.step(kNaN), 0.875F);
  Weight<optim::Rprop> spiked(optim::Rprop{.lr = 0.125});
  Weight<optim::Rprop> plain(optim::Rprop{.lr = 0.125});
  spiked.step(1);
  plain.step(1);
  EXPECT_EQ(spiked.step(kFloatInf), plain.step(1));
  EXPECT_EQ(spiked.step(1), plain.step(1));
}

TEST(Nonfinite, lion_moves_by_lr_for_an_infinite_gradient_and_for_ever_after) {
  Weight<optim::Lion> w(optim::Lion{.lr = 0.125});
  EXPECT_EQ(w.step(kFloatInf), 0.875F);
  EXPECT_EQ(w.step(-1), 0.75F);
  EXPECT_EQ(w.opt.groups()[0].entries[0].state.m.item(), kFloatInf);
  EXPECT_TRUE(std::isnan(w.step(-kFloatInf)));  // inf - inf has no sign
}

template <class R>
double first_step_after_quiet(const R& rule, int quiet) {
  Weight<R> w(rule);
  w.moved(0, quiet);
  return w.moved(1, 1);
}

// After a long quiet spell the averages are 0 and their corrections 1.
TEST(Nonfinite, a_gradient_after_many_zeros_takes_a_long_step) {
  EXPECT_NEAR(first_step_after_quiet(optim::SGD{.lr = 0.125}, 1000), 1, 1e-6);
  EXPECT_NEAR(first_step_after_quiet(optim::Adagrad{.lr = 0.125}, 1000), 1, 1e-6);
  EXPECT_NEAR(first_step_after_quiet(optim::RMSprop{.lr = 0.125}, 1000), 10, 1e-4);
  EXPECT_NEAR(first_step_after_quiet(optim::Adam{.lr = 0.125}, 20'000), 0.1 / std::sqrt(0.001),
              1e-4);
  EXPECT_NEAR(first_step_after_quiet(optim::Lion{.lr = 0.125}, 1000), 1, 1e-6);
}

// Subnormal numbers are 0 in a step, so decaying state ends there and slows nothing down.
template <class R>
void expect_no_subnormal_state(const R& rule) {
  Weight<R> w(rule);
  w.step(1e-15F);
  for (int i = 0; i < 3000; ++i) {
    w.step(0);
    auto& state = w.opt.groups()[0].entries[0].state;
    R::State::fields(state, [&](const char* name, auto& slot) {
      if constexpr (std::is_same_v<std::decay_t<decltype(slot)>, Tensor>) {
        const float x = slot ? slot.template to_vector<float>()[0] : 0;
        ASSERT_NE(std::fpclassify(x), FP_SUBNORMAL) << R::name << " " << name << " " << x;
      }
    });
  }
}

TEST(Nonfinite, decaying_state_never_is_subnormal) {
  expect_no_subnormal_state(optim::SGD{.momentum = 0.9});
  expect_no_subnormal_state(optim::RMSprop{.alpha = 0.9, .momentum = 0.9, .centered = true});
  expect_no_subnormal_state(optim::Adadelta{});
  expect_no_subnormal_state(optim::Adam{.beta2 = 0.9});
  expect_no_subnormal_state(optim::Adamax{.beta2 = 0.9});
  expect_no_subnormal_state(optim::NAdam{.beta2 = 0.9});
  expect_no_subnormal_state(optim::RAdam{.beta2 = 0.9});
  expect_no_subnormal_state(optim::Lion{.beta2 = 0.9});
  expect_no_subnormal_state(optim::LARS{.momentum = 0.9});
  expect_no_subnormal_state(optim::LAMB{.beta2 = 0.9});
  expect_no_subnormal_state(optim::Adafactor{});
}

}  // namespace
}  // namespace gradus
