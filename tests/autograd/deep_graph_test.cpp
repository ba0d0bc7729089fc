// Graphs of a million nodes on a stack of 256 KiB: nothing recurses, neither forward, backward nor
// the end of the graph.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/view.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>

#include "support/live.h"
#include "support/sanitizer.h"

namespace gradus {
namespace {

constexpr int kDepth = test::kAddressSanitizer || test::kThreadSanitizer ? 100'000 : 1'000'000;
// For the variants: 2.6 bytes of stack a node, which no recursion gets by with.
constexpr int kDeep = 100'000;

// Runs f on a thread with a stack of 256 KiB.
void on_small_stack(const std::function<void()>& f) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 256 << 10), 0);
  pthread_t thread{};
  const auto call = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, call, const_cast<std::function<void()>*>(&f)), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

Tensor number_leaf(double value) { return full({}, value, f64).set_requires_grad(); }

template <class F>
Tensor chain(const Tensor& x, int depth, F link) {
  Tensor y = x;
  for (int i = 0; i < depth; ++i) {
    y = link(y);
  }
  return y;
}

TEST(DeepGraph, of_numbers_added_runs_back_and_ends) {
  on_small_stack([] {
    const Tensor x = number_leaf(1);
    const Tensor y = chain(x, kDepth, [](const Tensor& a) { return a + 1.0; });
    EXPECT_EQ(y.item(), kDepth + 1);
    y.backward();
    EXPECT_EQ(x.grad().item(), 1);
  });
}

// mul saves both operands, so that each closure holds the result of the node before.
TEST(DeepGraph, of_products_runs_back_and_ends) {
  on_small_stack([] {
    const Tensor x = number_leaf(1);
    const Tensor one = number_leaf(1);
    const Tensor y = chain(x, kDepth, [&](const Tensor& a) { return a * one; });
    y.backward();
    EXPECT_EQ(x.grad().item(), 1);
    EXPECT_EQ(one.grad().item(), kDepth);
  });
}

TEST(DeepGraph, kept_by_retain_graph_ends_when_it_is_dropped) {
  on_small_stack([] {
    const Tensor x = number_leaf(1);
    Tensor y = chain(x, kDeep, [&](const Tensor& a) { return a * x; });
    backward(y, {.retain_graph = true});
    EXPECT_EQ(x.grad().item(), kDeep + 1);
    y = Tensor();
  });
}

TEST(DeepGraph, ends_without_backward) {
  on_small_stack([] {
    const Tensor x = number_leaf(1);
    Tensor y = chain(x, kDepth, [&](const Tensor& a) { return a * x; });
    y = Tensor();
    Tensor z = chain(x, kDeep, [](const Tensor& a) { return exp(a * 0.0); });
    z = Tensor();
    Tensor v = chain(x, kDeep, [](const Tensor& a) { return reshape(a, {1}); });
    v = Tensor();
  });
}

// The input of record() is the leaf alone; the chain hangs on what the closures saved.
TEST(DeepGraph, held_through_saved_tensors_alone_ends) {
  const int before = test::Live::count();
  on_small_stack([] {
    const Tensor x = number_leaf(1);
    Tensor y = chain(x, kDeep, [&](const Tensor& a) {
      return record(a.detach().clone(), "through_saved", {x},
                    [saved = Saved(a), live = test::Live()](const Tensor& dy, Grads& dx) {
                      dx[0] = dy * *saved;
                    });
    });
    EXPECT_EQ(test::Live::count(), kDeep);
    y = Tensor();
  });
  EXPECT_EQ(test::Live::count(), before);
}

TEST(DeepGraph, is_left_whole_by_an_exception_and_ends) {
  on_small_stack([] {
    const Tensor x = number_leaf(1);
    const Tensor wrong = record(x.clone(), "wrong", {x},
                                [](const Tensor&, Grads&) { throw std::runtime_error("boom"); });
    const Tensor y = chain(wrong, kDeep, [&](const Tensor& a) { return a * x; });
    EXPECT_THROW(y.backward(), std::runtime_error);
    EXPECT_FALSE(x.grad());
  });
}

}  // namespace
}  // namespace gradus
