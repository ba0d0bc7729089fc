// Several rules as one optimizer.
#include <gradus/optim/adam.h>
#include <gradus/optim/groups.h>
#include <gradus/optim/joint.h>
#include <gradus/optim/keras.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

using optim::Adam;
using optim::JointOptimizer;
using optim::Optimizer;
using optim::SGD;
using test::expect_error;

struct Joint : testing::Test {
  Tensor a = ones({2}).set_requires_grad();
  Tensor b = ones({2}).set_requires_grad();
  JointOptimizer opt;

  Joint() {
    opt.add(Optimizer({{"a", a}}, SGD{.lr = 0.5}));
    opt.add(Optimizer({{"b", b}}, Adam{.lr = 0.25, .eps = 0}));
    a.set_grad(ones({2}));
    b.set_grad(full({2}, 7));
  }
};

TEST_F(Joint, steps_each_part_by_its_rule) {
  opt.step();
  EXPECT_EQ(a.to_vector()[0], 0.5);
  EXPECT_NEAR(b.to_vector()[0], 0.75, 1e-6);
  EXPECT_EQ(opt.rule_name(), "SGD + Adam");
  EXPECT_EQ(opt.group_count(), 2u);
  EXPECT_EQ(opt.parameters().size(), 2u);
  opt.zero_grad();
  EXPECT_FALSE(b.grad());
}

TEST_F(Joint, schedules_what_all_parts_have) {
  opt.schedule_factor("lr", [](Index) { return 0.5; });
  opt.step();
  EXPECT_EQ(a.to_vector()[0], 0.75);
  EXPECT_NEAR(b.to_vector()[0], 0.875, 1e-6);
  EXPECT_THROW(opt.set_option("beta1", 0.5), ValueError);  // SGD has none
  opt.set_option(1, "beta1", 0.5);
  EXPECT_EQ(opt.option(1, "beta1"), 0.5);
}

TEST_F(Joint, goes_on_from_its_saved_state) {
  opt.step();
  const StateDict saved = opt.state_dict();
  const Tensor a2 = a.clone().set_requires_grad();
  const Tensor b2 = b.clone().set_requires_grad();
  JointOptimizer other;
  other.add(Optimizer({{"a", a2}}, SGD{}));
  other.add(Optimizer({{"b", b2}}, Adam{}));
  other.load_state_dict(saved);
  a2.set_grad(a.grad());
  b2.set_grad(b.grad());
  opt.step();
  other.step();
  EXPECT_EQ(a2.to_vector(), a.to_vector());
  EXPECT_EQ(b2.to_vector(), b.to_vector());
}

TEST_F(Joint, explains_a_step_of_any_part) {
  EXPECT_EQ(opt.explain_step("b", {1}).steps[0].lines.back().name, "w");
  EXPECT_EQ(opt.steps(), 1);
}

TEST_F(Joint, refuses_a_parameter_twice_and_a_part_that_has_run) {
  expect_error<ValueError>(
      [&] {
        opt.add(Optimizer({{"c", b}}, SGD{}));
      },
      "JointOptimizer: a parameter must be given once, got one as 'b' and as 'c'");
  Optimizer late({{"c", ones({1}).set_requires_grad()}}, SGD{});
  late.step();
  expect_error<ValueError>(
      [&] { opt.add(std::move(late)); },
      "JointOptimizer: SGD must not have taken a step before it is added, got one with 1");
  EXPECT_EQ(opt.group_count(), 2u);
}

TEST_F(Joint, shows_the_options_of_each_rule) {
  EXPECT_EQ(optim::group_table(opt).substr(0, 30), "group  tensors  numbers  lr   ");
  const std::string table = optim::group_table(opt);
  EXPECT_NE(table.find("beta1"), std::string::npos) << table;
  EXPECT_NE(table.find("momentum"), std::string::npos) << table;
  EXPECT_EQ(opt.explain_step("b", {0}).rule, "Adam");
}

TEST_F(Joint, changes_nothing_where_one_part_lacks_the_option) {
  EXPECT_THROW(opt.schedule("beta1", [](Index) { return 0.5; }), ValueError);
  EXPECT_FALSE(opt.is_scheduled(0, "beta1"));
  EXPECT_FALSE(opt.is_scheduled(1, "beta1"));
  expect_error<ValueError>(
      [&] { opt.set_option("momentum", 0.5); },
      "Adam: there is no option 'momentum'; its options are lr, beta1, beta2, eps, weight_decay, "
      "decoupled_weight_decay, amsgrad, eps_before_correction, in group 1");
}

TEST_F(Joint, refuses_parts_with_schedules_other_counting_or_nothing_in_them) {
  const Parameters c = {{"c", ones({1}).set_requires_grad()}};
  expect_error<ValueError>([&] { opt.add(nullptr); },
                           "JointOptimizer: the part to add must be an optimizer, got nullptr");
  Optimizer scheduled(c, SGD{});
  scheduled.schedule("lr", [](Index) { return 1.0; });
  expect_error<ValueError>(
      [&] { opt.add(std::move(scheduled)); },
      "JointOptimizer: SGD must have no schedules; set them on the joint optimizer");
  expect_error<ValueError>(
      [&] { opt.add(Optimizer(c, optim::keras::Adam{})); },
      "JointOptimizer: Adam must count steps as the parts before it do; see count_together()");
}

// Keras's presets keep their common count of steps.
TEST(JointOfPresets, counts_steps_together) {
  const Tensor late = full({1}, 1, f64).set_requires_grad();
  const Tensor twin = full({1}, 1, f64).set_requires_grad();
  const Tensor other = full({1}, 1, f64).set_requires_grad();
  JointOptimizer joint;
  joint.add(Optimizer({{"late", late}}, optim::keras::Adam{}));
  joint.add(Optimizer({{"other", other}}, optim::keras::SGD{}));
  Optimizer alone({{"late", twin}}, optim::keras::Adam{});
  for (int t = 0; t < 20; ++t) {
    if (t == 10) {
      late.set_grad(ones({1}, f64));
      twin.set_grad(ones({1}, f64));
    }
    joint.step();
    alone.step();
  }
  EXPECT_EQ(late.item(), twin.item());
}

}  // namespace
}  // namespace gradus
