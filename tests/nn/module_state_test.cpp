#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include "nn/counting.h"
#include "support/naive.h"
#include "support/parameter_names.h"

namespace gradus {
namespace {

using test::expect_error;
using test::names;
using test::Outer;

TEST(ModuleState, names_buffers_like_parameters) {
  Rng rng(1);
  Outer net(rng);
  EXPECT_EQ(names(net.buffers()), (std::vector<std::string>{"a.mean", "a.count"}));
  EXPECT_TRUE(net.buffers()[0].tensor.is(net.a.mean));
  EXPECT_EQ(names(net.parameters()),
            (std::vector<std::string>{"a.fc.weight", "a.fc.bias", "b.weight"}));
}

TEST(ModuleState, refuses_a_buffer_named_as_a_parameter) {
  struct Same : nn::Module {
    Tensor a = ones({1});
    Tensor b = ones({1});
    void fields(nn::Fields& visit) override {
      visit("a", a);
      visit.buffer("a", b);
    }
  };
  Same module;
  const char* message =
      "Module: names of parameters must differ, got 'a' twice; name each member once in fields()";
  expect_error<ValueError>([&] { module.buffers(); }, message);
  expect_error<ValueError>([&] { module.state_dict(); }, message);
}

TEST(ModuleState, lists_modules_with_parents_first) {
  Rng rng(1);
  Outer net(rng);
  std::vector<std::string> paths;
  for (const nn::NamedModule& m : net.modules()) {
    paths.push_back(m.path);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"", "a", "a.fc", "b"}));
  EXPECT_EQ(net.modules()[2].module, &net.a.fc);
}

TEST(ModuleState, applies_a_function_to_children_before_parents) {
  Rng rng(1);
  Outer net(rng);
  std::vector<nn::Module*> seen;
  net.apply([&](nn::Module& m) { seen.push_back(&m); });
  EXPECT_EQ(seen, (std::vector<nn::Module*>{&net.a.fc, &net.a, &net.b, &net}));
}

TEST(ModuleState, a_frozen_part_gets_no_gradient_until_it_thaws) {
  Rng rng(1);
  Outer net(rng);
  net.a.freeze();
  sum(net(ones({4, 3}))).backward();
  EXPECT_FALSE(net.a.fc.weight.requires_grad());
  EXPECT_FALSE(net.a.fc.bias.grad());
  EXPECT_TRUE(net.b.weight.grad());
  net.a.unfreeze();
  sum(net(ones({4, 3}))).backward();
  EXPECT_TRUE(net.a.fc.weight.grad());
  EXPECT_TRUE(net.a.fc.bias.grad());
  EXPECT_FALSE(net.a.mean.requires_grad());
}

TEST(ModuleState, moves_floating_parameters_and_buffers_to_f64_and_back) {
  Rng rng(1);
  Outer net(rng);
  const Tensor before = net.a.fc.weight;
  net.to(f64);
  EXPECT_EQ(net.a.fc.weight.dtype(), f64);
  EXPECT_EQ(net.a.mean.to_vector<double>(), (std::vector<double>{1, 2}));
  EXPECT_EQ(net.a.count.dtype(), i64);
  EXPECT_EQ(before.dtype(), f32);
  sum(net(ones({4, 3}, f64))).backward();
  EXPECT_EQ(net.a.fc.weight.grad().dtype(), f64);
  net.to(f32);
  EXPECT_EQ(net.a.fc.weight.to_vector(), before.to_vector());
  EXPECT_TRUE(net.a.fc.weight.requires_grad());
  EXPECT_FALSE(net.a.mean.requires_grad());
}

TEST(ModuleState, what_is_of_the_dtype_already_stays_and_frozen_stays_frozen) {
  Rng rng(1);
  nn::Linear fc(2, 2, rng);
  fc.bias.set_requires_grad(false);
  const Tensor weight = fc.weight;
  fc.to(f32);
  EXPECT_TRUE(fc.weight.is(weight));
  fc.to(f64);
  EXPECT_TRUE(fc.weight.requires_grad());
  EXPECT_FALSE(fc.bias.requires_grad());
}

TEST(ModuleState, tied_parameters_stay_tied_in_another_dtype) {
  Rng rng(1);
  nn::Linear a(2, 2, rng);
  nn::Sequential net(a, nn::Tanh(), a);
  net.to(f64);
  EXPECT_EQ(names(net.parameters()), (std::vector<std::string>{"0.weight", "0.bias"}));
}

TEST(ModuleState, to_refuses_integers) {
  Rng rng(1);
  nn::Linear fc(2, 2, rng);
  expect_error<DtypeError>([&] { fc.to(i64); }, "Module: to must be given f32 or f64, got i64");
  expect_error<DtypeError>([&] { fc.to(u8); }, "Module: to must be given f32 or f64, got u8");
}

TEST(ModuleState, a_loaded_state_gives_the_same_bits) {
  Rng rng(1);
  Outer from(rng);
  Outer to(rng);
  fill(from.a.mean, 5);
  fill(from.a.count, 9);
  const StateDict state = from.state_dict();
  std::vector<std::string> found;
  for (const auto& [name, value] : state) {
    found.push_back(name);
  }
  EXPECT_EQ(found, (std::vector<std::string>{"a.fc.weight", "a.fc.bias", "b.weight", "a.mean",
                                             "a.count"}));
  const Tensor x = ones({4, 3});
  EXPECT_NE(to(x).to_vector(), from(x).to_vector());
  to.load_state_dict(state);
  EXPECT_EQ(to(x).to_vector(), from(x).to_vector());
  EXPECT_EQ(to.a.count.to_vector<std::int64_t>(), (std::vector<std::int64_t>{9}));
  EXPECT_TRUE(to.b.weight.requires_grad());
}

TEST(ModuleState, a_saved_state_stays_as_it_was) {
  Rng rng(1);
  nn::Linear fc(2, 2, rng);
  const std::vector<float> before = fc.bias.to_vector();
  const StateDict state = fc.state_dict();
  {
    const NoGrad values_only;
    fill(fc.bias, 3);
  }
  EXPECT_EQ(state.tensor("bias").to_vector(), before);
  EXPECT_FALSE(state.tensor("bias").requires_grad());
  fc.load_state_dict(state);
  EXPECT_EQ(fc.bias.to_vector(), before);
}

TEST(ModuleState, loads_handles_on_what_it_overwrites) {
  struct Two : nn::Module {
    Tensor a = tensor({1});
    Tensor b = tensor({2});
    void fields(nn::Fields& visit) override {
      visit("a", a);
      visit("b", b);
    }
  };
  Two net;
  StateDict swapped;
  swapped.set("a", net.b);
  swapped.set("b", net.a);
  net.load_state_dict(swapped);
  EXPECT_EQ(net.a.item(), 2);
  EXPECT_EQ(net.b.item(), 1);
}

TEST(ModuleState, lists_all_differences_and_changes_nothing) {
  Rng rng(1);
  Outer net(rng);
  const Tensor x = ones({4, 3});
  const std::vector<float> before = net(x).to_vector();
  StateDict state;
  state.set("a.fc.weight", zeros({3, 2}));
  state.set("b.weight", zeros({2, 2}));
  state.set("a.mean", zeros({2}, f64));
  state.set("a.count", 7.0);
  state.set("lr", 0.1);
  state.set("c.weight", zeros({1}));
  expect_error<ValueError>(
      [&] { net.load_state_dict(state); },
      "Module: load_state_dict must be given the state of a module like this one, got 6 entries "
      "for "
      "5; missing 'a.fc.bias'; unexpected 'lr', 'c.weight'; different: 'a.fc.weight' must be a "
      "tensor of shape [2, 3], f32, got a tensor of shape [3, 2], f32, 'a.mean' must be a tensor "
      "of "
      "shape [2], f32, got a tensor of shape [2], f64, 'a.count' must be a tensor of shape [], "
      "i64, "
      "got a number");
  EXPECT_EQ(net(x).to_vector(), before);
  expect_error<ValueError>([&] { net.b.load_state_dict(StateDict()); },
                           "Module: load_state_dict must be given the state of a module like this "
                           "one, got 0 entries for "
                           "1; missing 'weight'");
}

TEST(ModuleState, running_statistics_are_loaded_and_moved) {
  nn::BatchNorm1d from(2);
  nn::BatchNorm1d to(2);
  from(tensor({{1, 2}, {3, 8}}));
  to.load_state_dict(from.state_dict());
  to.eval();
  from.eval();
  const Tensor x = tensor({{5, 6}});
  EXPECT_EQ(to(x).to_vector(), from(x).to_vector());
  to.to(f64);
  const Tensor y = to(convert(x, f64));
  EXPECT_EQ(y.dtype(), f64);
  EXPECT_NEAR(y.to_vector<double>()[0], from(x).to_vector()[0], 1e-5);
}

}  // namespace
}  // namespace gradus
