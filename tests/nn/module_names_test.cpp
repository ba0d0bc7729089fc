// Tensors and modules by name: tied parameters, states that match in part, paths.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/linear.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include "nn/counting.h"
#include "support/naive.h"
#include "support/parameter_names.h"

namespace gradus {
namespace {

using test::expect_error;
using test::names;
using test::Outer;

struct Tied : nn::Module {
  nn::Linear a, b;
  explicit Tied(Rng& rng) : a(3, 3, rng), b(3, 3, rng, false) { b.weight = a.weight; }
  Tensor forward(const Tensor& x) override { return b(a(x)); }
  void fields(nn::Fields& visit) override {
    visit("a", a);
    visit("b", b);
  }
};

TEST(ModuleNames, tied_parameters_come_once_and_are_saved_under_both_names) {
  Rng rng(1);
  Tied net(rng);
  EXPECT_EQ(names(net.parameters()), (std::vector<std::string>{"a.weight", "a.bias"}));
  EXPECT_EQ(net.num_parameters(), 12);
  sum(net(ones({2, 3}))).backward();
  optim::Optimizer(net.parameters(), optim::SGD{.lr = 0.1}).step();
  EXPECT_TRUE(net.a.weight.is(net.b.weight));
  const StateDict state = net.state_dict();
  EXPECT_EQ(state.size(), 3U);
  EXPECT_EQ(state.tensor("b.weight").to_vector(), state.tensor("a.weight").to_vector());
  Tied other(rng);
  other.load_state_dict(state);
  EXPECT_TRUE(other.a.weight.is(other.b.weight));
  EXPECT_EQ(other.b.weight.to_vector(), net.a.weight.to_vector());
}

TEST(ModuleNames, tied_parameters_take_one_value_and_no_two) {
  Rng rng(1);
  Tied net(rng);
  const auto before = net.a.weight.to_vector();
  StateDict state;
  state.set("a.weight", net.a.weight.clone());
  state.set("a.bias", net.a.bias.clone());
  state.set("b.weight", net.a.weight + 1.0);
  const std::string difference =
      "; different: 'b.weight' must be 'a.weight', to which it is tied, got other numbers";
  test::expect_error<ValueError>([&] { net.load_state_dict(state); },
                                 "Module: load_state_dict must be given the state of a module "
                                 "like this one, got 3 entries for 3" +
                                     difference);
  test::expect_error<ValueError>([&] { net.load_matching(state); },
                                 "Module: load_matching must be given tensors of the shapes and "
                                 "dtypes of the module's" +
                                     difference);
  EXPECT_EQ(net.a.weight.to_vector(), before);
}

TEST(ModuleNames, loads_what_matches_and_says_what_did_not) {
  Rng rng(1);
  Outer net(rng);
  StateDict saved;
  saved.set("a.mean", tensor({3, 4}));
  saved.set("b.weight", tensor({{1, 2}, {3, 4}}));
  saved.set("c.weight", tensor({1}));
  const nn::MatchedState left = net.load_matching(saved);
  EXPECT_EQ(left.missing, (std::vector<std::string>{"a.fc.weight", "a.fc.bias", "a.count"}));
  EXPECT_EQ(left.unexpected, (std::vector<std::string>{"c.weight"}));
  EXPECT_EQ(net.a.mean.to_vector(), (std::vector<float>{3, 4}));
  EXPECT_EQ(net.b.weight.to_vector(), (std::vector<float>{1, 2, 3, 4}));
  StateDict other;
  other.set("a.mean", tensor({0, 0}));
  other.set("b.weight", tensor({1, 2}));
  expect_error<ValueError>(
      [&] { net.load_matching(other); },
      "Module: load_matching must be given tensors of the shapes and dtypes of the module's; "
      "different: 'b.weight' must be a tensor of shape [2, 2], f32, got a tensor of shape [2], "
      "f32");
  EXPECT_EQ(net.a.mean.to_vector(), (std::vector<float>{3, 4}));
}

TEST(ModuleNames, paths_are_told_by_name_modules_alone) {
  Rng rng(1);
  Outer net(rng);
  net.parameters();
  EXPECT_EQ(net.a.fc.path(), "");
  net.name_modules();
  EXPECT_EQ(net.a.fc.path(), "a.fc");
  net.a.parameters();
  net.a.zero_grad();
  net.a.freeze();
  net.a.unfreeze();
  EXPECT_EQ(net.a.fc.path(), "a.fc");
  EXPECT_EQ(net.path(), "");
}

}  // namespace
}  // namespace gradus
