// DetectAnomaly and KeepValues.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/hooks.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/watch.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/limits.h"
#include "support/live.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kInf;

// log(x w' + b), by a layer that has a name and one that has none.
struct Log : nn::Module {
  Tensor forward(const Tensor& x) override { return log(x); }
};
struct Block : nn::Module {
  nn::Linear fc;
  Log log;  // not named in fields()
  explicit Block(Rng& rng) : fc(2, 2, rng) {}
  Tensor forward(const Tensor& x) override { return log(fc(x)); }
  void fields(nn::Fields& visit) override { visit("fc", fc); }
};
struct Net : nn::Module {
  Block block;
  explicit Net(Rng& rng) : block(rng) {}
  Tensor forward(const Tensor& x) override { return block(x) * 2; }
  void fields(nn::Fields& visit) override { visit("block", block); }
};

Net net_that_takes_logarithms_of_zero() {
  Rng rng(1);
  Net net(rng);
  const NoGrad in_place;
  for (const Parameter& p : net.parameters()) {
    fill(p.tensor, 0);
  }
  net.name_modules();
  return net;
}

TEST(DetectAnomaly, names_operation_element_and_shapes) {
  const DetectAnomaly detect;
  const Tensor x = tensor({{1, 2, 3}, {4, -5, -6}}).set_requires_grad();
  expect_error<AnomalyError>(
      [&] { log(x); },
      "DetectAnomaly: operation 'log' made nan of finite numbers, at [1, 1] of its result of shape "
      "[2, 3], from inputs of shapes [2, 3]");
  expect_error<AnomalyError>(
      [&] {
        x / tensor({1, 0, 1});
      },
      "DetectAnomaly: operation 'div' made inf of finite numbers, at [0, 1] of its result of shape "
      "[2, 3], from inputs of shapes [2, 3], [3]");
  expect_error<AnomalyError>([&] { exp(full({}, 1000)); },
                             "DetectAnomaly: operation 'exp' made inf of finite numbers, at [] of "
                             "its result of shape [], from inputs of shapes []");
}

TEST(DetectAnomaly, sees_nothing_when_it_does_not_live) {
  { const DetectAnomaly detect; }
  EXPECT_FALSE(is_watched());
  EXPECT_EQ(log(full({}, 0)).item(), -kInf);
}

TEST(DetectAnomaly, nests) {
  const DetectAnomaly outer;
  { const DetectAnomaly inner; }
  EXPECT_TRUE(is_watched());
  EXPECT_THROW(log(full({}, 0)), AnomalyError);
}

TEST(DetectAnomaly, names_the_innermost_module_that_has_a_name) {
  Net net = net_that_takes_logarithms_of_zero();
  const DetectAnomaly detect;
  expect_error<AnomalyError>(
      [&] {
        net(ones({1, 2}));
      },
      "DetectAnomaly: operation 'log' in module 'block' made -inf of finite numbers, at [0, 0] of "
      "its result of shape [1, 2], from inputs of shapes [1, 2]");
  {
    const NoGrad in_place;
    fill(net.block.fc.weight, 3e38);
  }
  expect_error<AnomalyError>(
      [&] {
        net(ones({1, 2}));
      },
      "DetectAnomaly: operation 'linear' in module 'block.fc' made inf of finite numbers, at [0, "
      "0] "
      "of its result of shape [1, 2], from inputs of shapes [1, 2], [2, 2], [2]");
}

TEST(DetectAnomaly, forgets_the_module_when_it_is_left_even_by_an_exception) {
  Net net = net_that_takes_logarithms_of_zero();
  const DetectAnomaly detect;
  EXPECT_THROW(net(ones({1, 2})), AnomalyError);
  expect_error<AnomalyError>(
      [&] { log(full({1}, 0)); },
      "DetectAnomaly: operation 'log' made -inf of finite numbers, at [0] of "
      "its result of shape [1], from inputs of shapes [1]");
}

TEST(DetectAnomaly, sees_results_under_NoGrad_and_of_constants) {
  const DetectAnomaly detect;
  const NoGrad numbers;
  EXPECT_THROW(log(full({2}, -1)), AnomalyError);
}

TEST(DetectAnomaly, names_the_first_operation_and_not_those_that_pass_it_on) {
  const Tensor x = full({}, 0).set_requires_grad();
  const Tensor bad = log(x);
  const DetectAnomaly detect;
  EXPECT_EQ((bad * 2 + 1).item(), -kInf);  // born before
}

TEST(DetectAnomaly, lets_a_mask_of_infinities_pass) {
  const DetectAnomaly detect;
  const Tensor x = tensor({{1, 2}, {3, 4}}).set_requires_grad();
  const Tensor mask = tensor({{1, 0}, {1, 1}});
  const Tensor scores = where(mask > 0, x, -kInf);
  sum(softmax(scores) * tensor({{1, 2}, {3, 4}})).backward();
  EXPECT_EQ(x.grad().to_vector()[0], 0);
  EXPECT_EQ((x + tensor({0, -kInf})).to_vector()[1], -kInf);
}

TEST(DetectAnomaly, finds_the_nan_that_infinities_make) {
  const DetectAnomaly detect;
  expect_error<AnomalyError>(
      [&] {
        softmax(full({1, 2}, -kInf));
      },
      "DetectAnomaly: operation 'softmax' made nan of infinite numbers, at [0, 0] of its result of "
      "shape [1, 2], from inputs of shapes [1, 2]");
}

TEST(DetectAnomaly, names_the_derivative_that_made_an_infinity) {
  const Tensor x = tensor({4, 0}).set_requires_grad();
  const DetectAnomaly detect;
  expect_error<AnomalyError>(
      [&] { sum(sqrt(x)).backward(); },
      "DetectAnomaly: the derivative of operation 'sqrt' made inf of finite gradients, at [1] of "
      "the gradient of its input 0 of shape [2]");
  EXPECT_FALSE(x.grad());
}

// sqrt'(0) * 0 is NaN although the loss is fine: the classical trap.
TEST(DetectAnomaly, names_the_derivative_that_made_a_nan_of_zero_times_infinity) {
  const Tensor x = tensor({4, 0}).set_requires_grad();
  const DetectAnomaly detect;
  expect_error<AnomalyError>(
      [&] {
        sum(sqrt(x) * tensor({1, 0})).backward();
      },
      "DetectAnomaly: the derivative of operation 'sqrt' made nan of finite gradients, at [1] of "
      "the gradient of its input 0 of shape [2]");
}

TEST(DetectAnomaly, names_the_module_of_a_derivative) {
  struct Root : nn::Module {
    Tensor forward(const Tensor& x) override { return sqrt(x); }
  };
  struct Outer : nn::Module {
    Root root;
    Tensor forward(const Tensor& x) override { return root(x) * 0; }
    void fields(nn::Fields& visit) override { visit("root", root); }
  };
  Outer outer;
  outer.name_modules();
  const Tensor x = zeros({1}).set_requires_grad();
  const DetectAnomaly detect;
  const Tensor y = outer(x);
  expect_error<AnomalyError>(
      [&] { sum(y).backward(); },
      "DetectAnomaly: the derivative of operation 'sqrt' in module 'root' made nan of finite "
      "gradients, at [0] of the gradient of its input 0 of shape [1]");
}

// A derivative written in operations: it is its own result that counts, under its own name.
TEST(DetectAnomaly, looks_at_what_derivatives_hand_back_and_not_at_their_steps) {
  const Tensor x = zeros({1}).set_requires_grad();
  const auto custom = [&](bool bounded) {
    return sum(record(x.clone(), "mine", {x}, [x, bounded](const Tensor& dy, Grads& dx) {
      const Tensor steep = dy / x;
      dx[0] = bounded ? exp(-steep) : steep;
    }));
  };
  const DetectAnomaly detect;
  EXPECT_EQ(grad({custom(true)}, {x})[0].item(), 0);
  for (const bool recorded : {false, true}) {
    expect_error<AnomalyError>(
        [&] { grad({custom(false)}, {x}, {.create_graph = recorded}); },
        "DetectAnomaly: the derivative of operation 'mine' made inf of finite gradients, at [0] of "
        "the gradient of its input 0 of shape [1]");
  }
  EXPECT_THROW(log(x), AnomalyError);  // looking goes on afterwards
}

TEST(DetectAnomaly, leaves_a_graph_that_was_recorded_before_without_module_but_with_name) {
  const Tensor x = zeros({1}).set_requires_grad();
  const Tensor y = sum(sqrt(x));
  const DetectAnomaly detect;
  EXPECT_THROW(y.backward(), AnomalyError);
}

TEST(DetectAnomaly, says_nothing_where_all_is_finite) {
  const DetectAnomaly detect;
  Rng rng(1);
  const Tensor x = randn({4, 3}, rng).set_requires_grad();
  cross_entropy(tanh(matmul(x, eye(3))), zeros({4}, i64)).backward();
  EXPECT_TRUE(x.grad());
}

TEST(ThreadsWatch, detecting_holds_for_its_own_thread) {
  const DetectAnomaly detect;
  std::thread other([] { EXPECT_EQ(log(full({}, 0)).item(), -kInf); });
  other.join();
}

TEST(KeepValues, keeps_operands_and_results_without_history) {
  const KeepValues keep;
  const Tensor x = tensor({1, 2}).set_requires_grad();
  const Tensor y = x * 3;
  const auto& node = static_cast<const Node&>(*y.slot());
  ASSERT_NE(node.notes(), nullptr);
  EXPECT_EQ(node.notes()->result.to_vector(), (std::vector<float>{3, 6}));
  EXPECT_EQ(node.notes()->inputs[0].to_vector(), (std::vector<float>{1, 2}));
  EXPECT_FALSE(node.notes()->result.requires_grad());
  EXPECT_FALSE(node.notes()->inputs[0].requires_grad());
}

TEST(KeepValues, notes_nothing_when_it_does_not_live_and_ends_with_the_graph) {
  const Tensor x = tensor({1, 2}).set_requires_grad();
  EXPECT_EQ(static_cast<const Node&>(*(x * 3).slot()).notes(), nullptr);
  const int before = test::Live::count();
  {
    const KeepValues keep;
    Tensor y = record(x.clone(), "mine", {x},
                      [live = test::Live()](const Tensor& dy, Grads& dx) { dx[0] = dy; });
    y = exp(y);
  }
  EXPECT_EQ(test::Live::count(), before);
}

}  // namespace
}  // namespace gradus
