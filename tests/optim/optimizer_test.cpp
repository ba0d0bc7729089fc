// What Optimizer does around a rule: groups, missing gradients, checks.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/memory.h>
#include <gradus/core/view.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/elements.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/naive.h"
#include "support/sanitizer.h"

namespace gradus {
namespace {

using optim::Adam;
using optim::Optimizer;
using optim::RMSprop;
using optim::SGD;
using test::expect_error;
using V = std::vector<float>;

Tensor leaf(float value = 1) { return full({2}, value).set_requires_grad(); }

TEST(Optimizer, gives_each_group_its_own_options) {
  const Tensor a = leaf();
  const Tensor b = leaf();
  Optimizer<SGD> opt;
  opt.add_group({{"a", a}}, {.lr = 0.5});
  opt.add_group({{"b", b}}, {.lr = 0.25});
  a.set_grad(ones({2}));
  b.set_grad(ones({2}));
  opt.step();
  EXPECT_EQ(a.to_vector(), (V{0.5, 0.5}));
  EXPECT_EQ(b.to_vector(), (V{0.75, 0.75}));
  opt.groups()[1].rule.lr = 0;
  opt.step();
  EXPECT_EQ(a.to_vector(), (V{0, 0}));
  EXPECT_EQ(b.to_vector(), (V{0.75, 0.75}));
  opt.set_lr(1);
  opt.step();
  EXPECT_EQ(a.to_vector(), (V{-1, -1}));
  EXPECT_EQ(b.to_vector(), (V{-0.25, -0.25}));
  EXPECT_EQ(opt.parameters().size(), 2u);
  EXPECT_EQ(opt.rule_name(), "SGD");
}

TEST(Optimizer, skips_a_parameter_without_gradient_its_state_and_its_count) {
  const Tensor a = leaf();
  const Tensor b = leaf();
  Optimizer opt({{"a", a}, {"b", b}}, Adam{.lr = 0.1, .weight_decay = 0.5});
  a.set_grad(ones({2}));
  for (int i = 0; i < 3; ++i) {
    opt.step();
  }
  const auto& entries = opt.groups()[0].entries;
  EXPECT_EQ(entries[0].steps, 3);
  EXPECT_EQ(entries[1].steps, 0);
  EXPECT_EQ(b.to_vector(), (V{1, 1}));  // no weight decay either
  EXPECT_FALSE(entries[1].state.m);
  b.set_grad(ones({2}));
  opt.step();
  // The first step of b has the bias correction of a first step: lr exactly.
  EXPECT_NEAR(b.to_vector()[0], 0.9, 1e-6);
  EXPECT_EQ(entries[1].steps, 1);
}

TEST(Optimizer, counts_a_zero_gradient_as_a_step) {
  const Tensor a = leaf();
  Optimizer opt({{"a", a}}, Adam{.lr = 0.1});
  a.set_grad(zeros({2}));
  opt.step();
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 1);
  EXPECT_EQ(a.to_vector(), (V{1, 1}));  // 0 / (0 + eps)
}

TEST(Optimizer, does_nothing_before_backward) {
  const Tensor a = leaf();
  Optimizer opt({{"a", a}}, SGD{.lr = 1});
  opt.step();
  opt.zero_grad();
  EXPECT_EQ(a.to_vector(), (V{1, 1}));
}

TEST(Optimizer, lets_parameters_be_frozen_and_thawed) {
  Tensor a = leaf();
  Optimizer opt({{"a", a}}, SGD{.lr = 1});
  a.set_grad(ones({2}));
  a.set_requires_grad(false);
  opt.step();
  opt.zero_grad();
  EXPECT_EQ(a.to_vector(), (V{1, 1}));
  a.set_requires_grad();
  a.set_grad(ones({2}));
  opt.step();
  EXPECT_EQ(a.to_vector(), (V{0, 0}));
}

TEST(Optimizer, takes_gradients_in_any_memory_order) {
  const Tensor a = zeros({2, 3}).set_requires_grad();
  Optimizer opt({{"a", a}}, SGD{.lr = 1, .momentum = 0.5});
  a.set_grad(core::transpose(tensor({{1, 2}, {3, 4}, {5, 6}}), 0, 1));
  opt.step();
  EXPECT_EQ(a.to_vector(), (V{-1, -3, -5, -2, -4, -6}));
  a.set_grad(core::expand(tensor({1, 2, 3}), {2, 3}));
  opt.step();
  EXPECT_EQ(a.to_vector(), (V{-2.5, -6.5, -10.5, -4, -8, -12}));
}

TEST(Optimizer, refuses_parameters_that_it_cannot_optimize) {
  const auto with = [](const Parameters& parameters) {
    return [parameters] { Optimizer<SGD> opt(parameters); };
  };
  const Tensor a = leaf();
  expect_error<ValueError>(with({}), "SGD: a group must have at least one parameter, got none");
  expect_error<ValueError>(with({{"a", Tensor()}}), "SGD: parameter 'a' must be defined");
  const std::string grad =
      "SGD: parameter 'a' must be a leaf that requires a gradient; call set_requires_grad() on it";
  expect_error<GraphError>(with({{"a", ones({2})}}), grad);
  expect_error<GraphError>(with({{"a", a * 2}}), grad);
  expect_error<ValueError>(with({{"a", a}, {"a", leaf()}}),
                           "SGD: names of parameters must differ, got 'a' twice");
  const std::string once = "SGD: a parameter must be given once, got one as 'a' and as 'b'";
  expect_error<ValueError>(with({{"a", a}, {"b", a}}), once);
  expect_error<ValueError>(with({{"a", a}, {"b", a.detach().set_requires_grad()}}), once);
  expect_error<ShapeError>(with({{"a", core::transpose(zeros({2, 3}), 0, 1).set_requires_grad()}}),
                           "SGD: parameter 'a' must be dense, got a strided view of shape [3, 2]");
}

TEST(Optimizer, refuses_a_parameter_in_two_groups_and_adds_nothing) {
  const Tensor a = leaf();
  Optimizer opt({{"a", a}}, SGD{});
  expect_error<ValueError>(
      [&] {
        opt.add_group({{"fresh", leaf()}, {"again", a}});
      },
      "SGD: a parameter must be given once, got one as 'a' and as 'again'");
  expect_error<ValueError>(
      [&] {
        opt.add_group({{"a", leaf()}});
      },
      "SGD: names of parameters must differ, got 'a' twice");
  expect_error<ValueError>(
      [&] {
        opt.add_group({{"b", leaf()}}, {.lr = -3});
      },
      "SGD: lr must be finite and at least 0, got -3");
  EXPECT_EQ(opt.groups().size(), 1u);
}

TEST(Optimizer, refuses_an_option_that_was_set_out_of_range_and_changes_nothing) {
  const Tensor a = leaf();
  const Tensor b = leaf();
  Optimizer<Adam> opt;
  opt.add_group({{"a", a}});
  opt.add_group({{"b", b}});
  a.set_grad(ones({2}));
  b.set_grad(ones({2}));
  opt.groups()[1].rule.beta2 = 1;
  expect_error<ValueError>([&] { opt.step(); },
                           "Adam: beta2 must be at least 0 and below 1, got 1, in group 1");
  EXPECT_EQ(a.to_vector(), (V{1, 1}));
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 0);
  opt.groups()[1].rule.beta2 = 0.9;
  expect_error<ValueError>([&] { opt.set_lr(NAN); },
                           "Adam: lr must be finite and at least 0, got nan, in group 0");
  EXPECT_EQ(opt.groups()[0].rule.lr, 1e-3);
  opt.step();
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 1);
}

// Module::to() puts new tensors in the place of those that the optimizer holds.
TEST(Optimizer, of_tensors_that_a_module_has_replaced_changes_neither_them_nor_the_new_ones) {
  Rng rng(1);
  nn::Linear net(2, 1, rng);
  Optimizer opt(net.parameters(), SGD{.lr = 1});
  const Parameters old = net.parameters();
  net.to(f64);
  const V before = old[0].tensor.to_vector();
  const std::vector<double> now = net.parameters()[0].tensor.to_vector<double>();
  sum(net(ones({1, 2}, f64))).backward();
  opt.step();
  EXPECT_EQ(old[0].tensor.to_vector(), before);
  EXPECT_EQ(net.parameters()[0].tensor.to_vector<double>(), now);
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 0);
}

// A rule of a user's own: nothing is registered.
struct Signum {
  static constexpr std::string_view name = "Signum";
  optim::Number lr = 0.25;
  optim::Number beta = 0.5;
  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta", self.beta);
  }
  struct State {
    Tensor m;
    static void fields(auto& self, auto&& visit) { visit("m", self.m); }
  };
  void check() const { optim::require_below_one(name, "beta", beta); }
  void update(optim::Number, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.m, w);
    const Signum rule = *this;
    optim::update_elements(
        "Signum",
        [rule](auto& wi, auto gi, auto& m) {
          m = rule.beta * m + (1 - rule.beta) * gi;
          wi -= rule.lr * sign(m);
        },
        w, g, s.m);
  }
};

TEST(Optimizer, runs_a_rule_that_users_define) {
  const Tensor a = leaf();
  Optimizer opt({{"a", a}}, Signum{});
  a.set_grad(tensor({1, -8}));
  opt.step();
  EXPECT_EQ(a.to_vector(), (V{0.75, 1.25}));
  a.set_grad(tensor({-0.25, 2}));
  opt.step();  // the averages still have the first signs
  EXPECT_EQ(a.to_vector(), (V{0.5, 1.5}));
  optim::OptimizerBase& base = opt;
  EXPECT_EQ(base.rule_name(), "Signum");
}

template <class R>
void expect_no_allocation(const R& rule) {
  Rng rng(1);
  nn::Sequential net(nn::Linear(50, 40, rng), nn::ReLU(), nn::Linear(40, 10, rng));
  Optimizer opt(net.parameters(), rule);
  const Tensor x = rand({32, 50}, rng);
  const Tensor labels = zeros({32}, i64);
  std::uint64_t warm = 0;
  for (int i = 0; i < 50; ++i) {
    if (i == 5) {
      warm = memory_stats().system_allocations;
    }
    opt.zero_grad();
    nn::cross_entropy(net(x), labels).backward();
    opt.step();
  }
  EXPECT_EQ(memory_stats().system_allocations, warm) << R::name;
}

TEST(Optimizer, in_a_warm_loop_asks_the_system_for_no_memory) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "under AddressSanitizer every block comes from the system";
  }
  expect_no_allocation(SGD{.momentum = 0.9});
  expect_no_allocation(RMSprop{.momentum = 0.9, .centered = true});
  expect_no_allocation(Adam{.amsgrad = true});
}

template <class R>
double train_xor(const R& rule, int steps) {
  Rng rng(5);
  nn::Sequential net(nn::Linear(2, 8, rng), nn::Tanh(), nn::Linear(8, 2, rng));
  Optimizer opt(net.parameters(), rule);
  const Tensor x = tensor({{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  const Tensor labels = from_vector<std::int64_t>({0, 1, 1, 0}, {4});
  double loss = 0;
  for (int i = 0; i < steps; ++i) {
    opt.zero_grad();
    const Tensor y = nn::cross_entropy(net(x), labels);
    y.backward();
    opt.step();
    loss = y.item();
  }
  EXPECT_EQ(nn::accuracy(net(x), labels), 1);
  return loss;
}

TEST(Optimizer, teaches_a_small_net_exclusive_or) {
  EXPECT_LT(train_xor(SGD{.lr = 0.2, .momentum = 0.9}, 300), 0.05);
  EXPECT_LT(train_xor(RMSprop{.lr = 0.02}, 300), 0.05);
  EXPECT_LT(train_xor(Adam{.lr = 0.05}, 300), 0.05);
}

}  // namespace
}  // namespace gradus
