// Options that move while an optimizer runs: schedules, reduce on plateau, setting by name.
#include <gradus/optim/adam.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/plateau.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"

namespace gradus {
namespace {

using optim::Adam;
using optim::Optimizer;
using optim::SGD;
using test::expect_error;

Tensor ready_leaf(float value = 1) {
  Tensor x = full({1}, value).set_requires_grad();
  x.set_grad(ones({1}));
  return x;
}

struct TwoGroups : testing::Test {
  Tensor a = ready_leaf();
  Tensor b = ready_leaf();
  Optimizer<SGD> opt;

  TwoGroups() {
    opt.add_group({{"a", a}}, {.lr = 0.5});
    opt.add_group({{"b", b}}, {.lr = 0.25});
  }
};

TEST_F(TwoGroups, follow_a_schedule_from_step_0_on) {
  opt.schedule("lr", [](Index s) { return 1.0 / double(1 << s); });
  opt.step();  // 1
  opt.step();  // 1/2
  opt.step();  // 1/4
  EXPECT_EQ(a.item(), 1 - 1.75);
  EXPECT_EQ(b.item(), 1 - 1.75);
  EXPECT_EQ(opt.steps(), 3);
  EXPECT_EQ(opt.groups()[0].rule.lr, 0.25);
}

TEST_F(TwoGroups, can_each_have_a_schedule_and_lose_it) {
  opt.schedule(1, "lr", [](Index s) { return double(s); });
  opt.step();  // b: 0
  opt.step();  // b: 1
  EXPECT_EQ(a.item(), 0);
  EXPECT_EQ(b.item(), 0);
  opt.schedule(1, "lr", {});
  opt.set_option(1, "lr", 0.5);
  opt.step();
  EXPECT_EQ(b.item(), -0.5);
}

TEST_F(TwoGroups, keep_their_ratio_under_a_factor) {
  opt.schedule_factor("lr", [](Index s) { return s == 0 ? 1 : 0.5; });
  opt.step();
  opt.step();
  EXPECT_EQ(a.item(), 1 - 0.75);
  EXPECT_EQ(b.item(), 1 - 0.375);
}

TEST_F(TwoGroups, change_nothing_where_a_schedule_leaves_the_range) {
  opt.schedule(0, "lr", [](Index) { return 0.125; });
  opt.schedule(1, "lr", [](Index s) { return s == 1 ? -1.0 : 0.0; });
  opt.step();
  const double before = a.item();
  expect_error<ValueError>([&] { opt.step(); },
                           "SGD: lr must be finite and at least 0, got -1, from the schedules of "
                           "group 1 at step 1");
  EXPECT_EQ(a.item(), before);
  EXPECT_EQ(opt.steps(), 1);
  EXPECT_EQ(opt.groups()[1].rule.lr, 0);
}

TEST_F(TwoGroups, refuse_schedules_of_what_there_is_not) {
  expect_error<ValueError>([&] { opt.schedule("lrr", [](Index) { return 1.0; }); },
                           "SGD: there is no option 'lrr'; its options are lr, momentum, "
                           "dampening, weight_decay, decoupled_weight_decay, nesterov, maximize, "
                           "lr_in_buffer");
  expect_error<ValueError>([&] { opt.schedule(2, "lr", [](Index) { return 1.0; }); },
                           "SGD: group must be below 2, got 2");
}

TEST_F(TwoGroups, refuse_to_set_by_hand_what_a_schedule_moves) {
  opt.schedule(1, "lr", [](Index) { return 1.0; });
  const std::string message =
      "SGD: lr of group 1 follows a schedule, which would overwrite it; end that first, with "
      "schedule(\"lr\", {})";
  expect_error<ValueError>([&] { opt.set_lr(0.5); }, message);
  expect_error<ValueError>([&] { opt.set_option(1, "lr", 0.5); }, message);
  EXPECT_EQ(opt.groups()[0].rule.lr, 0.5);
  opt.set_option(0, "lr", 2);
  EXPECT_EQ(opt.groups()[0].rule.lr, 2);
}

TEST_F(TwoGroups, set_numbers_switches_and_ranges_by_name) {
  opt.set_option("momentum", 0.75);
  opt.set_option(0, "nesterov", 1);
  EXPECT_EQ(opt.groups()[1].rule.momentum, 0.75);
  EXPECT_TRUE(opt.groups()[0].rule.nesterov);
  EXPECT_FALSE(opt.groups()[1].rule.nesterov);
  EXPECT_EQ(opt.option(0, "nesterov"), 1);
  expect_error<ValueError>([&] { opt.set_option("nesterov", 0.5); },
                           "SGD: nesterov must be 0 or 1, got 0.5, in group 0");
  expect_error<ValueError>([&] { opt.set_option("momentum", NAN); },
                           "SGD: momentum must be finite and at least 0, got nan, in group 0");
  expect_error<ValueError>(
      [&] { opt.set_option("momentum", 0); },
      "SGD: nesterov needs momentum above 0 and dampening 0, got 0 and 0, in group 0");
  EXPECT_EQ(opt.groups()[1].rule.momentum, 0.75);  // nothing changed in the other group either
}

TEST(Schedule, moves_momentum_beside_the_rate) {
  const Tensor a = ready_leaf(0);
  Optimizer opt({{"a", a}}, Adam{});
  const optim::schedule::OneCycle cycle{.total = 10};
  opt.schedule("lr", optim::schedule::one_cycle(0.1, cycle));
  opt.schedule("beta1", optim::schedule::one_cycle_momentum(cycle));
  double least = 1;
  double largest = 0;
  for (int i = 0; i < 10; ++i) {
    opt.step();
    least = std::min<double>(least, opt.groups()[0].rule.beta1);
    largest = std::max<double>(largest, opt.groups()[0].rule.lr);
  }
  EXPECT_NEAR(least, 0.85, 1e-12);
  EXPECT_NEAR(largest, 0.1, 1e-12);
}

TEST_F(TwoGroups, are_cut_on_a_plateau) {
  optim::ReduceOnPlateau plateau({.factor = 0.5, .patience = 1});
  EXPECT_FALSE(plateau.update(1, opt));
  EXPECT_FALSE(plateau.update(1, opt));
  EXPECT_TRUE(plateau.update(1, opt));
  EXPECT_EQ(opt.groups()[0].rule.lr, 0.25);
  EXPECT_EQ(opt.groups()[1].rule.lr, 0.125);
  opt.schedule(1, "lr", [](Index) { return 1.0; });
  expect_error<ValueError>([&] { plateau.update(1, opt); },
                           "ReduceOnPlateau: lr of group 1 must not follow a schedule too; end "
                           "that with schedule(\"lr\", {})");
}

TEST_F(TwoGroups, keep_the_base_of_a_factor_when_it_is_replaced) {
  opt.schedule_factor("lr", [](Index) { return 0.5; });
  opt.step();
  opt.step();
  opt.schedule_factor("lr", [](Index) { return 1.0; });
  opt.step();
  EXPECT_EQ(opt.groups()[0].rule.lr, 0.5);
  EXPECT_EQ(opt.groups()[1].rule.lr, 0.25);
}

// Whether the factor is set again before or after loading.
TEST_F(TwoGroups, go_on_with_the_base_of_a_factor_after_loading) {
  const auto halving = [](Index s) { return 1.0 / double(1 << s); };
  opt.schedule_factor("lr", halving);
  opt.step();
  opt.step();
  for (const bool before : {true, false}) {
    Optimizer<SGD> other;
    other.add_group({{"a", ready_leaf()}});
    other.add_group({{"b", ready_leaf()}});
    if (before) {
      other.schedule_factor("lr", halving);
    }
    other.load_state_dict(opt.state_dict());
    if (!before) {
      other.schedule_factor("lr", halving);
    }
    other.step();
    EXPECT_EQ(other.groups()[0].rule.lr, 0.125);
    EXPECT_EQ(other.groups()[1].rule.lr, 0.0625);
  }
}

// What was set by hand since then is the new base.
TEST_F(TwoGroups, take_a_rate_that_is_set_after_loading_for_the_base_of_a_factor) {
  opt.schedule_factor("lr", [](Index) { return 0.5; });
  opt.step();
  Optimizer<SGD> other;
  other.add_group({{"a", ready_leaf()}});
  other.add_group({{"b", ready_leaf()}});
  other.load_state_dict(opt.state_dict());
  other.set_lr(2);
  other.set_option(1, "lr", 8);
  other.schedule_factor("lr", [](Index) { return 0.5; });
  other.step();
  EXPECT_EQ(other.groups()[0].rule.lr, 1);
  EXPECT_EQ(other.groups()[1].rule.lr, 4);
}

TEST_F(TwoGroups, leave_a_plateau_as_it_was_where_a_rate_cannot_be_cut) {
  optim::ReduceOnPlateau plateau;
  plateau.update(1, opt);
  opt.groups()[1].rule.lr = NAN;
  expect_error<ValueError>([&] { plateau.update(1, opt); },
                           "ReduceOnPlateau: lr must be finite and at least 0, got nan");
  EXPECT_EQ(plateau.state().bad, 0);
}

TEST(Schedule, needs_a_group) {
  Optimizer<SGD> none;
  expect_error<ValueError>([&] { none.schedule("lr", [](Index) { return 1.0; }); },
                           "SGD: schedule needs a group of parameters; call add_group first");
  expect_error<ValueError>([&] { none.set_lr(1); },
                           "SGD: set_option needs a group of parameters; call add_group first");
}

TEST_F(TwoGroups, are_named_where_an_option_is_refused) {
  expect_error<ValueError>([&] { opt.set_option(1, "lr", -1); },
                           "SGD: lr must be finite and at least 0, got -1, in group 1");
}

}  // namespace
}  // namespace gradus
