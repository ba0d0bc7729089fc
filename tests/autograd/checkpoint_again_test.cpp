// The second run of a checkpoint: what it draws, what must not change, and how it fails.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/watch.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include "support/leaf.h"
#include "support/live.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::leaf_of;
using test::numbers;
using Tensors = std::vector<Tensor>;
using V = std::vector<double>;

TEST(CheckpointAgain, drops_the_same_elements_again) {
  const auto gradients = [](bool checkpointed) {
    Rng rng(1);
    nn::Sequential net(nn::Linear(30, 30, rng), nn::Dropout(0.5, rng), nn::Linear(30, 30, rng),
                       nn::Dropout(0.5, rng));
    const Tensor x = randn({8, 30}, rng).set_requires_grad();
    std::vector<float> all;
    for (int step = 0; step < 3; ++step) {  // later draws go on where they would have
      const Tensor y =
          checkpointed ? checkpoint([&](const Tensors& in) { return net(in[0]); }, {x}) : net(x);
      sum(y * y).backward();
    }
    for (const Parameter& p : net.parameters()) {
      const std::vector<float> d = p.tensor.grad().to_vector();
      all.insert(all.end(), d.begin(), d.end());
    }
    return all;
  };
  EXPECT_EQ(gradients(true), gradients(false));
}

TEST(CheckpointAgain, draws_again_from_a_generator_that_was_noted) {
  Rng rng(1);
  const Tensor x = leaf_of({1, 1, 1, 1});
  const auto noisy = [&](const Tensors& in) {
    note_drawing(rng);
    return in[0] * rand({4}, rng, 0, 1, f64);
  };
  const Tensor y = checkpoint(noisy, {x});
  const Rng::State after = rng.state();
  rng.next_u64();
  const Rng::State later = rng.state();
  sum(y).backward();
  EXPECT_EQ(numbers(x.grad()), numbers(y));
  EXPECT_EQ(rng.state(), later);
  EXPECT_NE(after, later);
}

TEST(CheckpointAgain, that_gives_other_numbers_the_second_time_is_an_error_and_changes_nothing) {
  Rng rng(1);
  const Tensor x = leaf_of({1, 1});
  const Tensor z = leaf_of({1, 1});
  const std::string message =
      "backward of 'checkpoint': the second run gave other numbers than the first; f must compute "
      "the same again: call note_drawing(rng) before it draws, and change nothing that it reads "
      "until backward";
  const Tensor y =
      checkpoint([&](const Tensors& in) { return in[0] * rand({2}, rng, 0, 1, f64); }, {x});
  expect_error<GraphError>([&] { sum(y * z + x).backward(); }, message);
  const Tensor c = ones({2}, f64);
  const Tensor changed = checkpoint([&](const Tensors& in) { return in[0] * c; }, {x});
  fill(c, 2);
  expect_error<GraphError>([&] { sum(changed).backward(); }, message);
  EXPECT_FALSE(x.grad());
  EXPECT_FALSE(z.grad());
}

TEST(CheckpointAgain, whose_input_or_parameter_was_changed_is_an_error) {
  const Tensor x = leaf_of({1, 1});
  const Tensor w = leaf_of({1, 1});
  const auto f = [&](const Tensors& in) { return in[0] + w; };
  for (const Tensor& changed : {x, w}) {
    const Tensor y = checkpoint(f, {x});
    {
      const NoGrad in_place;
      fill(changed, 3);
    }
    expect_error<GraphError>(
        [&] { sum(y).backward(); },
        "backward of 'checkpoint': a tensor of shape [2] that the gradient needs was changed in "
        "place after it was used; change a clone() instead, or call backward first");
  }
}

TEST(CheckpointAgain, passes_on_what_f_throws_and_stays_usable) {
  const Tensor x = leaf_of({1});
  int runs = 0;
  Rng rng(1);
  const auto f = [&](const Tensors& in) {
    note_drawing(rng);
    rng.next_u32();
    require(++runs != 2, "boom");
    return exp(in[0]);
  };
  const Tensor y = sum(checkpoint(f, {x}));
  const Rng::State before = rng.state();
  EXPECT_THROW(backward(y, {.retain_graph = true}), ValueError);
  EXPECT_FALSE(is_recomputing());
  EXPECT_EQ(rng.state(), before);
  EXPECT_FALSE(x.grad());
  y.backward();
  EXPECT_TRUE(x.grad());
  expect_error<ValueError>([&] { checkpoint([](const Tensors&) { return Tensor(); }, {x}); },
                           "checkpoint: f must return a tensor, got an undefined one");
  EXPECT_FALSE(is_watched());
}

TEST(CheckpointAgain, holds_nothing_of_the_inside_and_ends_with_the_graph) {
  const int before = test::Live::count();
  const Tensor x = leaf_of({1});
  {
    const Tensor y = checkpoint(
        [&](const Tensors& in) {
          return record(in[0].detach(), "mine", {in[0]},
                        [live = test::Live()](const Tensor& dy, Grads& dx) { dx[0] = dy; });
        },
        {x});
    EXPECT_EQ(test::Live::count(), before);
    sum(y).backward();
    EXPECT_EQ(test::Live::count(), before);
    const Tensor kept =
        checkpoint([live = test::Live()](const Tensors& in) { return in[0] * 2; }, {x});
    EXPECT_GT(test::Live::count(), before);
  }
  EXPECT_EQ(test::Live::count(), before);
}

TEST(CheckpointAgain, works_while_anomalies_are_looked_for) {
  const DetectAnomaly detect;
  const Tensor x = leaf_of({0});
  EXPECT_THROW(checkpoint([](const Tensors& in) { return log(in[0]); }, {x}), AnomalyError);
  const Tensor y = checkpoint([](const Tensors& in) { return sqrt(in[0]); }, {x});
  expect_error<AnomalyError>(
      [&] { sum(y).backward(); },
      "DetectAnomaly: the derivative of operation 'sqrt' made inf of finite gradients, at [0] of "
      "the gradient of its input 0 of shape [1]");
}

}  // namespace
}  // namespace gradus
