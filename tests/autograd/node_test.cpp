// Operations that users define with record(): wrong ones, throwing ones, and what stays of them.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/memory.h>
#include <gtest/gtest.h>

#include "support/leaf.h"
#include "support/live.h"
#include "support/naive.h"
#include "support/sanitizer.h"

namespace gradus {
namespace {

using test::expect_error;
using test::leaf_of_two;
using test::Live;

// Passes x on; `derive` makes its gradient.
template <class F>
Tensor custom(const Tensor& x, F derive) {
  return record(x.clone(), "custom", {x},
                [derive, live = Live()](const Tensor& dy, Grads& dx) { derive(dy, dx); });
}

TEST(Node, a_gradient_of_another_shape_is_refused) {
  const Tensor x = leaf_of_two();
  const Tensor y = custom(x, [](const Tensor&, Grads& dx) { dx[0] = zeros({3}); });
  expect_error<ShapeError>(
      [&] { sum(y).backward(); },
      "backward of 'custom': gradient 0 must have the shape [2] of its input, got [3]");
  EXPECT_FALSE(x.grad());
}

TEST(Node, a_gradient_of_another_dtype_is_refused) {
  const Tensor x = leaf_of_two();
  const Tensor y = custom(x, [](const Tensor&, Grads& dx) { dx[0] = zeros({2}, f64); });
  expect_error<DtypeError>(
      [&] { sum(y).backward(); },
      "backward of 'custom': gradient 0 must have the dtype f32 of its input, got f64");
  EXPECT_FALSE(x.grad());
}

TEST(Node, a_gradient_left_undefined_counts_as_zero) {
  const Tensor x = leaf_of_two();
  const Tensor z = leaf_of_two();
  const Tensor y = custom(exp(x), [](const Tensor&, Grads&) {}) + z;
  sum(y + x * 3).backward();
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{3, 3}));
  EXPECT_EQ(z.grad().to_vector(), (std::vector<float>{1, 1}));
}

TEST(Node, takes_more_than_three_inputs) {
  std::vector<Tensor> x;
  for (int i = 0; i < 6; ++i) {
    x.push_back(leaf_of_two());
  }
  x[4] = x[4].detach();
  const Tensor y = record(zeros({2}), "six", {x[0], x[1], x[2], x[3], x[4], x[5]},
                          [](const Tensor& dy, Grads& dx) {
                            for (int i = 0; i < 6; ++i) {
                              EXPECT_EQ(dx.wanted(i), i != 4);
                              dx[i] = dy * double(i + 1);
                            }
                          });
  sum(y).backward();
  for (std::size_t i = 0; i < 6; ++i) {
    if (i != 4) {
      EXPECT_EQ(x[i].grad().to_vector(), std::vector<float>(2, float(i + 1)));
    }
  }
}

TEST(Node, an_exception_in_backward_leaves_all_gradients_as_before_and_no_leak) {
  const int before = Live::count();
  const Tensor early = leaf_of_two();  // reached before the exception
  const Tensor late = leaf_of_two();   // and behind it
  sum(early * 2 + late).backward();
  {
    const Tensor y =
        custom(late * 5, [](const Tensor&, Grads&) { throw std::runtime_error("boom"); });
    const Tensor loss = sum(custom(early, [](const Tensor& dy, Grads& dx) { dx[0] = dy * 7; }) + y);
    for (int attempt = 0; attempt < 2; ++attempt) {
      try {
        backward(loss, {.retain_graph = true});
        ADD_FAILURE() << "no error";
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "boom");
      }
      EXPECT_EQ(early.grad().to_vector(), (std::vector<float>{2, 2}));
      EXPECT_EQ(late.grad().to_vector(), (std::vector<float>{1, 1}));
    }
    EXPECT_TRUE(is_recording());
    EXPECT_THROW(loss.backward(), std::runtime_error);
  }
  EXPECT_EQ(Live::count(), before);
  sum(early * 3).backward();  // nothing of the failed sweep comes back
  EXPECT_EQ(early.grad().to_vector(), (std::vector<float>{5, 5}));
}

TEST(Node, operations_in_a_derivative_record_nothing) {
  const Tensor x = leaf_of_two();
  Tensor seen;
  const Tensor y = custom(x, [&](const Tensor& dy, Grads& dx) {
    seen = dy * x;
    dx[0] = seen;
  });
  sum(y).backward();
  EXPECT_FALSE(seen.requires_grad());
  fill(seen, 9);  // a tensor that the op kept is not the gradient's own
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{1, 2}));
}

TEST(Node, backward_frees_what_closures_hold_and_the_graph_does_otherwise) {
  const int before = Live::count();
  const Tensor x = leaf_of_two();
  const auto pass = [](const Tensor& dy, Grads& dx) { dx[0] = dy; };
  Tensor y = sum(custom(custom(x, pass), pass));
  EXPECT_EQ(Live::count(), before + 2);
  backward(y, {.retain_graph = true});
  EXPECT_EQ(Live::count(), before + 2);
  y.backward();
  EXPECT_EQ(Live::count(), before);  // although y still lives
  y = sum(custom(x, pass));
  y = Tensor();
  EXPECT_EQ(Live::count(), before);
}

// Both sweeps reach x, and the outer one has already brought it a part when the inner one starts.
TEST(Node, a_derivative_may_start_a_sweep_of_its_own) {
  const Tensor x = leaf_of_two();
  const Tensor z = leaf_of_two();
  const Tensor y = custom(z, [&](const Tensor& dy, Grads& dx) {
    const GradMode on(true);
    sum(x * 3).backward();
    EXPECT_EQ(grad({sum(x * x)}, {x})[0].to_vector(), (std::vector<float>{2, 4}));
    dx[0] = dy;
  });
  sum(x * 2 + y * x).backward();
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{3 + 2 + 1, 3 + 2 + 2}));
  EXPECT_EQ(z.grad().to_vector(), (std::vector<float>{1, 2}));
}

TEST(Node, an_input_that_is_passed_on_as_the_result_stays_a_leaf) {
  const Tensor weight = leaf_of_two();
  const Tensor data = ones({2});
  const Tensor y =
      record(weight, "same", {weight}, [](const Tensor& dy, Grads& dx) { dx[0] = dy; });
  const Tensor z =
      record(data, "first", {data, weight}, [](const Tensor& dy, Grads& dx) { dx[1] = dy; });
  EXPECT_TRUE(weight.slot()->is_leaf);
  EXPECT_FALSE(data.requires_grad());
  sum(y * 3 + z).backward();
  EXPECT_EQ(weight.grad().to_vector(), (std::vector<float>{4, 4}));
}

// Every op in one graph, dropped without backward and with: all memory comes back.
TEST(Node, no_op_holds_itself) {
  const auto graph = [](bool run) {
    const Tensor x = full({2, 3}, 0.5).set_requires_grad();
    const Tensor w = full({3, 3}, 0.25).set_requires_grad();
    const Tensor b = zeros({3}).set_requires_grad();
    Tensor h = linear(x, w, b) + matmul(x, w) - x * x / (x + 1.0);
    h = exp(h) + log(h + 2.0) + sqrt(abs(h)) + pow(h, 2) + relu(h) + sigmoid(h) + tanh(h);
    h = softmax(h) + log_softmax(h) + transpose(permute(transpose(h, 0, 1), {1, 0}), 1, 1);
    h = reshape(flatten(unsqueeze(h, 0)), {2, 3}) + squeeze(unsqueeze(h, 1), 1) / 3 + (1 - h) +
        1 / h;
    h = expand(select(h, 0, 0), {2, 3}) + slice(h, 0, 0, 2) * 2;
    const Tensor loss = cross_entropy(h, zeros({2}, i64)) + mean(h) - sum(h);
    if (run) {
      loss.backward();
    }
  };
  for (const bool run : {false, true}) {
    release_cached_memory();
    const std::uint64_t before = memory_stats().system_bytes;
    graph(run);
    release_cached_memory();
    EXPECT_EQ(memory_stats().system_bytes, before) << run;
  }
}

TEST(Node, a_warm_training_loop_asks_the_system_for_nothing) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "under AddressSanitizer every block comes from the system";
  }
  const Tensor x = full({16, 20}, 0.5);
  const Tensor w = full({30, 20}, 0.01).set_requires_grad();
  const Tensor b = zeros({30}).set_requires_grad();
  const auto step = [&] {
    w.set_grad(Tensor());
    b.set_grad(Tensor());
    cross_entropy(relu(linear(x, w, b)), zeros({16}, i64)).backward();
  };
  for (int i = 0; i < 3; ++i) {
    step();
  }
  const std::uint64_t before = memory_stats().system_allocations;
  for (int i = 0; i < 100; ++i) {
    step();
  }
  EXPECT_EQ(memory_stats().system_allocations, before);
}

TEST(Node, refuses_a_result_of_whole_numbers) {
  const Tensor x = leaf_of_two();
  expect_error<DtypeError>(
      [&] { record(zeros({2}, i64), "rank", {x}, [](const Tensor&, Grads&) {}); },
      "rank: a result with a derivative must be f32 or f64, got i64; return it without record()");
}

}  // namespace
}  // namespace gradus
