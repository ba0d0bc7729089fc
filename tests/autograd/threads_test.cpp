// Graphs of different threads do not meet.
#include "support/threads.h"

#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include <thread>

namespace gradus {
namespace {

std::vector<float> gradient(float start) {
  const Tensor w = full({40, 30}, start).set_requires_grad();
  const Tensor x = full({50, 40}, 0.01F);
  Tensor h = matmul(x, w);
  for (int i = 0; i < 20; ++i) {
    h = tanh(h * 1.1) + h;
  }
  mean(h).backward();
  return w.grad().to_vector();
}

TEST(ThreadsAutograd, separate_graphs_in_two_threads_give_what_they_give_alone) {
  const std::vector<float> expected[] = {gradient(0.1F), gradient(0.2F)};
  std::vector<std::thread> threads;
  for (const int k : {0, 1}) {
    threads.emplace_back([&expected, k] {
      for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(gradient(k == 0 ? 0.1F : 0.2F), expected[k]);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

// A constant is read by both, and the switch that stops recording is one a thread.
TEST(ThreadsAutograd, NoGrad_holds_for_its_own_thread) {
  const Tensor c = full({1000}, 2);
  const NoGrad numbers_only;
  std::thread other([&] {
    EXPECT_TRUE(is_recording());
    const Tensor x = ones({1000}).set_requires_grad();
    sum(x * c).backward();
    EXPECT_EQ(x.grad().to_vector(), c.to_vector());
  });
  EXPECT_FALSE((ones({1000}).set_requires_grad() * c).requires_grad());
  other.join();
}

TEST(ThreadsAutograd, a_graph_made_in_one_thread_runs_and_ends_in_another) {
  const Tensor x = full({100}, 3).set_requires_grad();
  Tensor y = sum(x * x);
  std::thread other([graph = std::move(y)]() mutable {
    graph.backward();
    graph = Tensor();
  });
  other.join();
  EXPECT_EQ(x.grad().to_vector(), std::vector<float>(100, 6));
}

TEST(ThreadsAutograd, gradients_are_the_same_bits_for_any_number_of_threads) {
  const auto run = [](int threads) {
    const test::WithThreads with(threads);
    Rng rng(1);
    const Tensor w = randn({300, 200}, rng).set_requires_grad();
    const Tensor b = randn({200}, rng).set_requires_grad();
    const Tensor x = randn({400, 300}, rng);
    sum(tanh(matmul(x, w) + b)).backward();
    std::vector<float> all = w.grad().to_vector();
    const std::vector<float> db = b.grad().to_vector();
    all.insert(all.end(), db.begin(), db.end());
    return all;
  };
  const std::vector<float> one = run(1);
  EXPECT_EQ(run(2), one);
  EXPECT_EQ(run(3), one);
}

}  // namespace
}  // namespace gradus
