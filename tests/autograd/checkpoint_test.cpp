// checkpoint(): the same bits as without, for less memory.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/grad_check.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/watch.h>
#include <gradus/core/memory.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include "support/live.h"
#include "support/naive.h"
#include "support/sanitizer.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::expect_error;
using Tensors = std::vector<Tensor>;
using V = std::vector<double>;

Tensor leaf(const V& values) {
  return from_vector(values, {static_cast<Index>(values.size())}).set_requires_grad();
}
V numbers(const Tensor& x) { return x.to_vector<double>(); }

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
  const Tensor w = leaf({2});
  const Tensor x = leaf({3});
  const Tensor h = w * w;  // made outside, read inside, together with what it comes from
  const Tensor y = checkpoint([&](const Tensors& in) { return in[0] * h * w; }, {x});
  sum(y + h).backward();
  EXPECT_EQ(numbers(w.grad()), (V{3 * 3 * 4 + 4}));  // x w^3 + w^2
  EXPECT_EQ(numbers(x.grad()), (V{8}));
}

TEST(Checkpoint, takes_an_input_twice_and_inputs_that_depend_on_each_other) {
  const Tensor x = leaf({3});
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
  const Tensor x = leaf({3});
  const Tensor w = leaf({5});
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

TEST(Checkpoint, runs_once_forward_once_a_sweep_and_not_at_all_where_not_wanted) {
  const Tensor x = leaf({3});
  const Tensor z = leaf({1});
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
  const Tensor x = leaf({3});
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
  const Tensor x = leaf({0.3});
  const Tensor w = leaf({2});
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
  const Tensor x = leaf({0.3, -0.7});
  const Tensor w = leaf({2, 0.5});
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

TEST(Checkpoint, drops_the_same_elements_again) {
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

TEST(Checkpoint, draws_again_from_a_generator_that_was_noted) {
  Rng rng(1);
  const Tensor x = leaf({1, 1, 1, 1});
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

TEST(Checkpoint, that_gives_other_numbers_the_second_time_is_an_error_and_changes_nothing) {
  Rng rng(1);
  const Tensor x = leaf({1, 1});
  const Tensor z = leaf({1, 1});
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

TEST(Checkpoint, whose_input_or_parameter_was_changed_is_an_error) {
  const Tensor x = leaf({1, 1});
  const Tensor w = leaf({1, 1});
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

TEST(Checkpoint, passes_on_what_f_throws_and_stays_usable) {
  const Tensor x = leaf({1});
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

TEST(Checkpoint, holds_nothing_of_the_inside_and_ends_with_the_graph) {
  const int before = test::Live::count();
  const Tensor x = leaf({1});
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

TEST(Checkpoint, works_while_anomalies_are_looked_for) {
  const DetectAnomaly detect;
  const Tensor x = leaf({0});
  EXPECT_THROW(checkpoint([](const Tensors& in) { return log(in[0]); }, {x}), AnomalyError);
  const Tensor y = checkpoint([](const Tensors& in) { return sqrt(in[0]); }, {x});
  expect_error<AnomalyError>(
      [&] { sum(y).backward(); },
      "DetectAnomaly: the derivative of operation 'sqrt' made inf of finite gradients, at [0] of "
      "the gradient of its input 0 of shape [1]");
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
