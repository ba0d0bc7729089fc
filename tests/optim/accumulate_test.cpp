#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/optim/accumulate.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/clip.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using optim::Accumulation;
using optim::Optimizer;
using optim::SGD;
using test::expect_error;
using V = std::vector<float>;

Tensor leaf(const Tensor& values) { return values.clone().set_requires_grad(); }

// The derivative of the mean of w x is x / numel.
void backward(const Tensor& w, const Tensor& x) { mean(w * x).backward(); }

TEST(Accumulation, steps_with_the_mean_of_the_gradients_of_a_group) {
  const Tensor w = leaf(tensor({1, 1}));
  Optimizer opt({{"w", w}}, SGD{.lr = 1});
  Accumulation accumulation(opt, 3);
  backward(w, tensor({2, 4}));
  EXPECT_FALSE(accumulation.step());
  backward(w, tensor({4, 8}));
  EXPECT_FALSE(accumulation.step());
  EXPECT_EQ(accumulation.pending(), 2);
  EXPECT_EQ(w.to_vector(), (V{1, 1}));
  EXPECT_EQ(w.grad().to_vector(), (V{3, 6}));  // the sum
  backward(w, tensor({6, 0}));
  EXPECT_TRUE(accumulation.step());
  EXPECT_EQ(w.to_vector(), (V{-1, -1}));  // 1 - (1 + 2 + 3) / 3, 1 - (2 + 4 + 0) / 3
  EXPECT_FALSE(w.grad());
  EXPECT_EQ(accumulation.pending(), 0);
  backward(w, tensor({2, 2}));
  EXPECT_FALSE(accumulation.step());  // the next group
}

TEST(Accumulation, gives_the_gradient_of_the_large_batch) {
  const Tensor x = tensor({{1, -2}, {3, 5}, {0.5, 7}, {-4, 2}});
  const Tensor whole = leaf(tensor({0.25, 0.5}));
  Optimizer large({{"w", whole}}, SGD{.lr = 0.5});
  const Tensor product = whole * x;
  mean(product * product).backward();
  large.step();
  const Tensor w = leaf(tensor({0.25, 0.5}));
  Optimizer small({{"w", w}}, SGD{.lr = 0.5});
  Accumulation accumulation(small, 2);
  for (const Tensor& half : {tensor({{1, -2}, {3, 5}}), tensor({{0.5, 7}, {-4, 2}})}) {
    const Tensor part = w * half;
    mean(part * part).backward();
    accumulation.step();
  }
  EXPECT_EQ(w.to_vector(), whole.to_vector());  // few bits and powers of two: nothing is rounded
}

TEST(Accumulation, flushes_an_incomplete_group_by_its_own_count) {
  const Tensor w = leaf(tensor({0}));
  Optimizer opt({{"w", w}}, SGD{.lr = 1});
  Accumulation accumulation(opt, 4);
  for (const double x : {3.0, 5.0}) {
    backward(w, full({1}, x));
    accumulation.step();
  }
  EXPECT_TRUE(accumulation.flush());
  EXPECT_EQ(w.to_vector(), (V{-4}));  // and not -2
  EXPECT_FALSE(w.grad());
}

TEST(Accumulation, has_nothing_to_flush_after_a_complete_group) {
  const Tensor w = leaf(tensor({0}));
  Optimizer opt({{"w", w}}, SGD{.lr = 1, .momentum = 0.9});
  Accumulation accumulation(opt, 1);
  EXPECT_FALSE(accumulation.flush());
  backward(w, tensor({2}));
  EXPECT_TRUE(accumulation.step());
  EXPECT_FALSE(accumulation.flush());
  EXPECT_EQ(w.to_vector(), (V{-2}));
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 1);
}

TEST(Accumulation, counts_real_steps_alone) {
  const Tensor w = leaf(tensor({0}));
  Optimizer opt({{"w", w}}, optim::Adam{.lr = 0.5});
  Accumulation accumulation(opt, 4);
  for (int i = 0; i < 8; ++i) {
    backward(w, tensor({3}));
    accumulation.step();
  }
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 2);
  // With bias corrections of steps 1 and 2 each step on a constant gradient is lr long.
  EXPECT_NEAR(w.item(), -1, 1e-6);
}

TEST(Accumulation, takes_a_missing_gradient_as_zero_unless_all_are_missing) {
  const Tensor a = leaf(tensor({0}));
  const Tensor b = leaf(tensor({0}));
  const Tensor c = leaf(tensor({0}));
  Optimizer opt({{"a", a}, {"b", b}, {"c", c}}, SGD{.lr = 1});
  Accumulation accumulation(opt, 2);
  backward(a, tensor({4}));
  accumulation.step();
  backward(a, tensor({2}));
  backward(b, tensor({8}));
  accumulation.step();
  EXPECT_EQ(a.item(), -3);
  EXPECT_EQ(b.item(), -4);
  EXPECT_EQ(c.item(), 0);
  EXPECT_EQ(opt.groups()[0].entries[2].steps, 0);
}

TEST(Accumulation, lets_the_mean_be_clipped_before_the_step) {
  const Tensor w = leaf(tensor({0}));
  Optimizer opt({{"w", w}}, SGD{.lr = 1});
  double norm = 0;
  Accumulation accumulation(opt, 2,
                            [&](const Parameters& p) { norm = optim::clip_grad_norm(p, 0.5); });
  for (const double x : {6.0, 2.0}) {
    backward(w, full({1}, x));
    accumulation.step();
  }
  EXPECT_EQ(norm, 4);
  EXPECT_NEAR(w.item(), -0.5, 1e-6);
}

TEST(Accumulation, divides_once_where_the_step_fails_and_is_taken_again) {
  const Tensor w = leaf(tensor({0}));
  Optimizer opt({{"w", w}}, SGD{.lr = 1});
  Accumulation accumulation(opt, 2);
  backward(w, tensor({6}));
  accumulation.step();
  backward(w, tensor({2}));
  opt.groups()[0].rule.lr = -1;
  expect_error<ValueError>([&] { accumulation.step(); },
                           "SGD: lr must be finite and at least 0, got -1");
  EXPECT_EQ(w.item(), 0);
  EXPECT_EQ(w.grad().to_vector(), (V{4}));
  EXPECT_EQ(accumulation.pending(), 1);
  opt.groups()[0].rule.lr = 1;
  EXPECT_TRUE(accumulation.flush());
  EXPECT_EQ(w.item(), -4);
}

TEST(Accumulation, counts_the_division_as_a_change_of_the_gradient) {
  const Tensor w = leaf(tensor({0, 0}));
  const Tensor g = tensor({3, 5});
  w.set_grad(g);
  const std::uint64_t version = g.storage().version();
  optim::divide_gradients({{"w", w}}, 2);
  EXPECT_EQ(g.to_vector(), (V{1.5, 2.5}));
  EXPECT_GT(g.storage().version(), version);
}

TEST(Accumulation, refuses_groups_of_no_micro_batch) {
  Optimizer opt({{"w", leaf(tensor({0}))}}, SGD{});
  for (const Index n : {0, -3}) {
    expect_error<ValueError>(
        [&] { Accumulation accumulation(opt, n); },
        "Accumulation: micro_batches must be at least 1, got " + std::to_string(n));
  }
}

TEST(ThreadsAccumulation, divides_to_the_same_bits_for_any_number_of_threads) {
  const auto run = [](int threads) {
    const test::WithThreads with(threads);
    const Tensor w = zeros({100'003}).set_requires_grad();
    w.set_grad(test::counted({100'003}));
    optim::divide_gradients({{"w", w}}, 3);
    return w.grad().to_vector();
  };
  const V expected = run(1);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(expected[i], float(i + 1) / 3.0F);
  }
  EXPECT_EQ(run(2), expected);
  EXPECT_EQ(run(4), expected);
}

TEST(Accumulation, discards_micro_batches_that_no_step_shall_see) {
  const Tensor w = leaf(tensor({0}));
  Optimizer opt({{"w", w}}, SGD{.lr = 1});
  Accumulation accumulation(opt, 2, [](const Parameters& p) { optim::clip_grad_norm(p, 100); });
  backward(w, full({1}, NAN));
  accumulation.step();
  backward(w, full({1}, 1));
  EXPECT_THROW(accumulation.step(), ValueError);
  accumulation.discard();
  EXPECT_EQ(accumulation.pending(), 0);
  EXPECT_FALSE(w.grad());
  backward(w, full({1}, 4));
  EXPECT_FALSE(accumulation.step());
  backward(w, full({1}, 2));
  EXPECT_TRUE(accumulation.step());
  EXPECT_EQ(w.item(), -3);
}

}  // namespace
}  // namespace gradus
