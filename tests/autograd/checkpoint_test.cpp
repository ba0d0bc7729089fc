// checkpoint(): the same bits as without, for less memory.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/memory.h>
#include <gtest/gtest.h>

#include "support/leaf.h"
#include "support/naive.h"
#include "support/sanitizer.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::leaf_of;
using test::numbers;

using Tensors = std::vector<Tensor>;
using V = std::vector<double>;

// A tower of `layers` segments, each linear, tanh and scaled; in checkpoints or plain.
struct Tower {
  Tensors weights;
  Tower(int layers, Index width) {
    Rng rng(1);
    for (int i = 0; i < layers; ++i) {
      weights.push_back(randn({width, width}, rng, 0, 0.3).set_requires_grad());
    }
  }
  Tensor operator()(const Tensor& input, bool checkpointed) const {
    Tensor h = input;
    for (const Tensor& w : weights) {
      const auto segment = [w](const Tensors& x) {
        Tensor a = tanh(linear(x[0], w, Tensor()));
        for (int i = 0; i < 4; ++i) {
          a = tanh(a * 1.1) + x[0];
        }
        return a;
      };
      h = checkpointed ? checkpoint(segment, {h}) : segment({h});
    }
    return mean(h * h);
  }
  std::vector<std::vector<float>> gradients(const Tensor& input, bool checkpointed) const {
    (*this)(input, checkpointed).backward();
    std::vector<std::vector<float>> all{input.grad().to_vector()};
    input.set_grad(Tensor());
    for (const Tensor& w : weights) {
      all.push_back(w.grad().to_vector());
      w.set_grad(Tensor());
    }
    return all;
  }
};

TEST(Checkpoint, gives_the_bits_of_the_plain_run_for_inputs_and_parameters) {
  Rng rng(2);
  const Tower tower(5, 20);
  const Tensor x = randn({7, 20}, rng).set_requires_grad();
  EXPECT_EQ(tower(x, true).item(), tower(x, false).item());
  EXPECT_EQ(tower.gradients(x, true), tower.gradients(x, false));
}

TEST(Checkpoint, needs_a_fraction_of_the_memory) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "under AddressSanitizer every block comes from the system";
  }
  const Tower tower(16, 64);
  const Tensor x = full({512, 64}, 0.01).set_requires_grad();
  const auto peak = [&](bool checkpointed) {
    release_cached_memory();
    const std::uint64_t before = memory_stats().system_bytes;
    tower.gradients(x, checkpointed);
    return memory_stats().system_bytes - before;  // blocks that are given back count until now
  };
  const std::uint64_t plain = peak(false);
  const std::uint64_t checkpointed = peak(true);
  RecordProperty("plain_bytes", std::to_string(plain));
  RecordProperty("checkpointed_bytes", std::to_string(checkpointed));
  EXPECT_LT(checkpointed * 3, plain) << checkpointed << " bytes instead of " << plain;
}

TEST(Checkpoint, gives_gradients_to_results_from_outside_and_to_what_they_come_from) {
  const Tensor w = leaf_of({2});
  const Tensor x = leaf_of({3});
  const Tensor h = w * w;  // made outside, read inside, together with what it comes from
  const Tensor y = checkpoint([&](const Tensors& in) { return in[0] * h * w; }, {x});
  sum(y + h).backward();
  EXPECT_EQ(numbers(w.grad()), (V{3 * 3 * 4 + 4}));  // x w^3 + w^2
  EXPECT_EQ(numbers(x.grad()), (V{8}));
}

TEST(Checkpoint, takes_an_input_twice_and_inputs_that_depend_on_each_other) {
  const Tensor x = leaf_of({3});
  const auto product = [](const Tensors& in) { return in[0] * in[1]; };
  sum(checkpoint(product, {x, x})).backward();
  EXPECT_EQ(numbers(x.grad()), (V{6}));
  x.set_grad(Tensor());
  const Tensor square = x * x;
  sum(checkpoint(product, {x, square})).backward();
  EXPECT_EQ(numbers(x.grad()), (V{27}));
  x.set_grad(Tensor());
  sum(checkpoint([&](const Tensors& in) { return in[0] * x; }, {x})).backward();  // captured too
  EXPECT_EQ(numbers(x.grad()), (V{6}));
}

TEST(Checkpoint, hands_through_inputs_parameters_and_constants) {
  const Tensor x = leaf_of({3});
  const Tensor w = leaf_of({5});
  sum(checkpoint([](const Tensors& in) { return in[0]; }, {x})).backward();
  sum(checkpoint([&](const Tensors&) { return w; }, {x})).backward();
  EXPECT_EQ(numbers(x.grad()), (V{1}));
  EXPECT_EQ(numbers(w.grad()), (V{1}));
  const Tensor c = ones({1}, f64);
  EXPECT_FALSE(checkpoint([](const Tensors& in) { return in[0] * 2; }, {c}).requires_grad());
  sum(checkpoint([](const Tensors& in) { return in[0] * in[1]; }, {x, c})).backward();
  EXPECT_EQ(numbers(x.grad()), (V{2}));
  EXPECT_FALSE(c.grad());
}

TEST(Checkpoint, hands_through_what_it_also_uses_once) {
  const Tensor x = leaf_of({0.5, 2});
  const Tensor w = leaf_of({3, 4});
  Tensor used;
  const auto f = [&](const Tensors& in) {
    used = in[0] * w;
    return w;
  };
  sum(checkpoint(f, {x})).backward();
  EXPECT_EQ(numbers(w.grad()), (V{1, 1}));
  EXPECT_FALSE(x.grad());
}

TEST(Checkpoint, runs_once_forward_once_a_sweep_and_not_at_all_where_not_wanted) {
  const Tensor x = leaf_of({3});
  const Tensor z = leaf_of({1});
  int runs = 0;
  const auto f = [&](const Tensors& in) {
    ++runs;
    return exp(in[0]);
  };
  const Tensor y = sum(checkpoint(f, {x}) * z);
  EXPECT_EQ(runs, 1);
  grad({y}, {z}, {.retain_graph = true});
  EXPECT_EQ(runs, 1);
  backward(y, {.retain_graph = true});
  EXPECT_EQ(runs, 2);
  y.backward();
  EXPECT_EQ(runs, 3);
  EXPECT_THROW(y.backward(), GraphError);
  EXPECT_EQ(runs, 3);
  const NoGrad numbers_only;
  checkpoint(f, {x});
  EXPECT_EQ(runs, 4);
}

TEST(Checkpoint, knows_when_it_recomputes) {
  const Tensor x = leaf_of({3});
  std::vector<bool> seen;
  sum(checkpoint(
          [&](const Tensors& in) {
            seen.push_back(is_recomputing());
            return exp(in[0]);
          },
          {x}))
      .backward();
  EXPECT_EQ(seen, (std::vector<bool>{false, true}));
  EXPECT_FALSE(is_recomputing());
}

TEST(Checkpoint, nests) {
  const Tensor x = leaf_of({0.3});
  const Tensor w = leaf_of({2});
  const auto inner = [&](const Tensors& in) { return tanh(in[0] * w); };
  const auto outer = [&](const Tensors& in) { return checkpoint(inner, {in[0] * w}) * in[0]; };
  sum(checkpoint(outer, {x})).backward();
  const V dx = numbers(x.grad());
  const V dw = numbers(w.grad());
  x.set_grad(Tensor());
  w.set_grad(Tensor());
  sum(tanh(x * w * w) * x).backward();
  EXPECT_EQ(numbers(x.grad()), dx);
  EXPECT_EQ(numbers(w.grad()), dw);
}

TEST(Checkpoint, has_derivatives_of_any_order) {
  const Tensor x = leaf_of({0.3, -0.7});
  const Tensor w = leaf_of({2, 0.5});
  const Tensor h = w * 1.5;
  const auto first = [&](const Tensors& in) {
    const Tensor y =
        checkpoint([&](const Tensors& a) { return tanh(a[0] * a[1]) * exp(a[0] * w * h); },
                   {in[0] * in[1], in[1]});
    const std::vector<Tensor> d = grad({sum(y * y)}, {in[0], in[1]}, {.create_graph = true});
    return sum(d[0] * d[1]);
  };
  const auto plain = [&](const Tensors& in) {
    const Tensor a = in[0] * in[1];
    const Tensor y = tanh(a * in[1]) * exp(a * w * h);
    const std::vector<Tensor> d = grad({sum(y * y)}, {in[0], in[1]}, {.create_graph = true});
    return sum(d[0] * d[1]);
  };
  const std::vector<Tensor> second = grad({first({x, w})}, {x, w}, {.create_graph = true});
  const std::vector<Tensor> expected = grad({plain({x, w})}, {x, w}, {.create_graph = true});
  for (const std::size_t i : {0U, 1U}) {
    for (const std::size_t k : {0U, 1U}) {
      EXPECT_NEAR(numbers(second[i])[k], numbers(expected[i])[k],
                  1e-12 * (1 + std::fabs(numbers(expected[i])[k])));
    }
  }
  const Tensor third = grad({sum(second[0] * second[1])}, {x})[0];
  const Tensor expected_third = grad({sum(expected[0] * expected[1])}, {x})[0];
  for (const std::size_t k : {0U, 1U}) {
    EXPECT_NEAR(numbers(third)[k], numbers(expected_third)[k],
                1e-11 * (1 + std::fabs(numbers(expected_third)[k])));
  }
}

TEST(ThreadsCheckpoint, gives_the_same_bits_for_any_number_of_threads) {
  Rng rng(2);
  const Tower tower(3, 120);
  const Tensor x = randn({200, 120}, rng).set_requires_grad();
  const auto run = [&](int threads) {
    const test::WithThreads with(threads);
    return tower.gradients(x, true);
  };
  const auto one = run(1);
  EXPECT_EQ(run(2), one);
  EXPECT_EQ(run(3), one);
}

}  // namespace
}  // namespace gradus
