#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;

struct Block : nn::Module {
  nn::Linear inner;
  nn::Dropout drop;
  Tensor scale = ones({4}).set_requires_grad();
  explicit Block(Rng& rng) : inner(4, 4, rng), drop(0.5, rng) {}
  Tensor forward(const Tensor& x) override { return drop(inner(x)) * scale; }
  void fields(nn::Fields& visit) override {
    visit("inner", inner);
    visit("drop", drop);
    visit("scale", scale);
  }
};

struct Net : nn::Module {
  Block first;
  Block second;
  nn::Linear head;
  explicit Net(Rng& rng) : first(rng), second(rng), head(4, 2, rng, false) {}
  Tensor forward(const Tensor& x) override { return head(second(first(x))); }
  void fields(nn::Fields& visit) override {
    visit("first", first);
    visit("second", second);
    visit("head", head);
  }
};

std::vector<std::string> names(nn::Module& module) {
  std::vector<std::string> all;
  for (const Parameter& p : module.parameters()) {
    all.push_back(p.name);
  }
  return all;
}

TEST(Module, names_parameters_by_their_path_in_the_order_of_fields) {
  Rng rng(1);
  Net net(rng);
  EXPECT_EQ(names(net),
            (std::vector<std::string>{"first.inner.weight", "first.inner.bias", "first.scale",
                                      "second.inner.weight", "second.inner.bias", "second.scale",
                                      "head.weight"}));
  EXPECT_EQ(net.num_parameters(), 2 * (16 + 4 + 4) + 8);
  EXPECT_TRUE(net.parameters()[3].tensor.is(net.second.inner.weight));
}

TEST(Module, refuses_a_name_that_comes_twice) {
  struct Twice : nn::Module {
    Tensor a = ones({1});
    Tensor b = ones({1});
    Tensor forward(const Tensor& x) override { return x; }
    void fields(nn::Fields& visit) override {
      visit("a", a);
      visit("a", b);
    }
  };
  Twice module;
  expect_error<ValueError>(
      [&] { module.parameters(); },
      "Module: names of parameters must differ, got 'a' twice; name each member "
      "once in fields()");
  EXPECT_THROW(module.zero_grad(), ValueError);
}

TEST(Module, sets_the_mode_of_all_below_it) {
  Rng rng(1);
  Net net(rng);
  EXPECT_TRUE(net.is_training());
  EXPECT_TRUE(net.second.drop.is_training());
  net.eval();
  EXPECT_FALSE(net.is_training());
  EXPECT_FALSE(net.first.drop.is_training());
  EXPECT_FALSE(net.second.inner.is_training());
  net.second.train();
  EXPECT_TRUE(net.second.drop.is_training());
  EXPECT_FALSE(net.first.drop.is_training());
}

TEST(Module, drops_all_gradients_also_before_the_first_backward) {
  Rng rng(1);
  Net net(rng);
  net.zero_grad();
  net.head.weight.set_requires_grad(false);  // a frozen parameter has none to drop
  sum(net(ones({3, 4}))).backward();
  EXPECT_TRUE(net.first.scale.grad());
  net.zero_grad();
  for (const Parameter& p : net.parameters()) {
    EXPECT_FALSE(p.tensor.grad()) << p.name;
  }
}

TEST(Module, a_copy_shares_its_parameters) {
  Rng rng(1);
  nn::Linear a(2, 3, rng);
  nn::Linear b = a;
  EXPECT_TRUE(b.weight.is(a.weight));
}

TEST(Sequential, names_parameters_by_position_and_runs_layers_in_order) {
  Rng rng(1);
  nn::Sequential net(nn::Flatten(), nn::Linear(6, 5, rng), nn::ReLU(),
                     nn::Linear(5, 2, rng, false));
  EXPECT_EQ(names(net), (std::vector<std::string>{"1.weight", "1.bias", "3.weight"}));
  EXPECT_EQ(net.size(), 4u);
  const Tensor x = ones({4, 2, 3});
  auto& first = dynamic_cast<nn::Linear&>(net[1]);
  auto& second = dynamic_cast<nn::Linear&>(net[3]);
  EXPECT_EQ(net(x).to_vector(), second(relu(first(ones({4, 6})))).to_vector());
  EXPECT_EQ(net(x).shape(), (Shape{4, 2}));
  expect_error<IndexError>([&] { net[4]; }, "Sequential: index must be below 4, got 4");
}

TEST(Sequential, takes_layers_later_and_other_sequentials) {
  Rng rng(1);
  nn::Sequential inner(nn::Linear(2, 2, rng), nn::Tanh());
  nn::Sequential net;
  EXPECT_EQ(net(ones({2})).to_vector(), (std::vector<float>{1, 1}));
  net.add(std::move(inner)).add(nn::Sigmoid()).add(nn::Dropout(0.5, rng));
  EXPECT_EQ(names(net), (std::vector<std::string>{"0.0.weight", "0.0.bias"}));
  net.eval();
  EXPECT_FALSE(net[2].is_training());
}

TEST(Sequential, takes_a_layer_by_copy_that_shares_its_parameters) {
  Rng rng(1);
  nn::Linear layer(2, 2, rng);
  nn::Sequential net(layer, nn::ReLU());
  EXPECT_TRUE(net.parameters()[0].tensor.is(layer.weight));
}

// A Sequential owns its layers: it moves, and a copy does not compile.
TEST(Sequential, moves_and_does_not_copy) {
  static_assert(!std::is_constructible_v<nn::Sequential, nn::Sequential&>);
  static_assert(!std::is_constructible_v<nn::Sequential, const nn::Sequential&>);
  Rng rng(1);
  nn::Sequential a(nn::Linear(2, 2, rng), nn::ReLU());
  const nn::Sequential b(std::move(a));
  EXPECT_EQ(b.size(), 2u);
}

TEST(Activation, layers_are_their_functions) {
  const Tensor x = tensor({-2, 0, 3});
  EXPECT_EQ(nn::ReLU()(x).to_vector(), (std::vector<float>{0, 0, 3}));
  EXPECT_EQ(nn::Sigmoid()(x).to_vector(), sigmoid(x).to_vector());
  EXPECT_EQ(nn::Tanh()(x).to_vector(), tanh(x).to_vector());
  EXPECT_EQ(nn::Flatten()(zeros({2, 3, 4})).shape(), (Shape{2, 12}));
  EXPECT_EQ(nn::Flatten()(zeros({0, 3, 4})).shape(), (Shape{0, 12}));
}

}  // namespace
}  // namespace gradus
