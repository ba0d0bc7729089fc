#include <gradus/autograd/backward.h>
#include <gradus/autograd/hooks.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gtest/gtest.h>

#include "support/leaf.h"
#include "support/live.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::leaf_of;
using test::numbers;
using V = std::vector<double>;

TEST(Hooks, see_the_gradient_of_a_result_once_and_complete) {
  const Tensor x = leaf_of({2});
  const Tensor h = x * 3;
  std::vector<V> seen;
  on_gradient(h, [&](const Tensor& dh) {
    seen.push_back(numbers(dh));
    return Tensor();
  });
  sum(h * h + h * 5).backward();
  EXPECT_EQ(seen, (std::vector<V>{{2 * 6 + 5}}));
  EXPECT_EQ(numbers(x.grad()), (V{51}));
}

TEST(Hooks, see_of_a_leaf_only_what_this_sweep_brought) {
  const Tensor x = leaf_of({1});
  x.set_grad(from_vector<double>({100}, {1}));
  V seen;
  on_gradient(x, [&](const Tensor& dx) {
    seen.push_back(dx.item());
    return Tensor();
  });
  sum(x * 2 + x).backward();
  sum(x * 4).backward();
  EXPECT_EQ(seen, (V{3, 4}));
  EXPECT_EQ(numbers(x.grad()), (V{107}));
}

TEST(Hooks, run_in_their_order_and_each_sees_what_the_one_before_made) {
  const Tensor x = leaf_of({1});
  on_gradient(x, [](const Tensor& dx) { return dx + 1; });
  on_gradient(x, [](const Tensor& dx) { return dx * 10; });
  V seen;
  on_gradient(x, [&](const Tensor& dx) {
    seen = numbers(dx);
    return Tensor();
  });
  sum(x * 2).backward();
  EXPECT_EQ(seen, (V{30}));
  EXPECT_EQ(numbers(x.grad()), (V{30}));
}

TEST(Hooks, on_a_result_change_what_lies_below_and_nothing_beside) {
  const Tensor x = leaf_of({1});
  const Tensor h = x * 3;
  on_gradient(h, [](const Tensor& dh) { return dh * -1; });
  sum(h * 2 + x * 7).backward();
  EXPECT_EQ(numbers(x.grad()), (V{-6 + 7}));
}

TEST(Hooks, on_the_very_result_of_backward_see_its_upstream_gradient) {
  const Tensor x = leaf_of({1, 2});
  const Tensor y = x * 3;
  on_gradient(y, [](const Tensor& dy) { return dy * 2; });
  backward(y, {.upstream = from_vector<double>({1, 10}, {2})});
  EXPECT_EQ(numbers(x.grad()), (V{6, 60}));
}

TEST(Hooks, work_in_grad_for_leaf_and_result) {
  const Tensor x = leaf_of({1});
  const Tensor h = x * 3;
  on_gradient(h, [](const Tensor& dh) { return dh * 2; });
  on_gradient(x, [](const Tensor& dx) { return dx + 1; });
  const std::vector<Tensor> d = grad({sum(h * 5)}, {h, x});
  EXPECT_EQ(numbers(d[0]), (V{10}));
  EXPECT_EQ(numbers(d[1]), (V{31}));
  EXPECT_FALSE(x.grad());
}

TEST(Hooks, are_not_called_for_what_grad_does_not_need) {
  const Tensor x = leaf_of({1});
  const Tensor z = leaf_of({1});
  int calls = 0;
  on_gradient(z, [&](const Tensor&) {
    ++calls;
    return Tensor();
  });
  grad({sum(x * z)}, {x});
  EXPECT_EQ(calls, 0);
}

TEST(Hooks, are_part_of_a_recorded_derivative) {
  const Tensor x = leaf_of({2});
  on_gradient(x, [](const Tensor& dx) { return dx * dx; });
  const Tensor d = grad({sum(x * x)}, {x}, {.create_graph = true})[0];  // (2 x)^2
  EXPECT_EQ(numbers(d), (V{16}));
  clear_gradient_hooks(x);
  EXPECT_EQ(numbers(grad({sum(d)}, {x})[0]), (V{16}));  // 8 x
}

TEST(Hooks, record_nothing_in_an_ordinary_backward) {
  const Tensor x = leaf_of({2});
  const Tensor w = leaf_of({3});
  on_gradient(x, [&](const Tensor& dx) { return dx * w; });
  sum(x * x).backward();
  EXPECT_EQ(numbers(x.grad()), (V{12}));
  EXPECT_FALSE(x.grad().requires_grad());
}

TEST(Hooks, refuse_another_shape_or_dtype_and_no_gradient_changes) {
  const Tensor x = leaf_of({1, 2});
  const Tensor z = leaf_of({1, 2});
  on_gradient(x, [](const Tensor&) { return zeros({3}, f64); });
  expect_error<ShapeError>([&] { sum(z + x * z).backward(); },
                           "on_gradient: hook must return the gradient's shape [2], got [3]");
  clear_gradient_hooks(x);
  on_gradient(x, [](const Tensor&) { return zeros({2}, f32); });
  expect_error<DtypeError>([&] { sum(z + x * z).backward(); },
                           "on_gradient: hook must return the gradient's dtype f64, got f32");
  clear_gradient_hooks(x);
  on_gradient(x, [](const Tensor&) -> Tensor { throw std::runtime_error("boom"); });
  EXPECT_THROW(sum(z + x * z).backward(), std::runtime_error);
  EXPECT_FALSE(x.grad());
  EXPECT_FALSE(z.grad());
}

TEST(Hooks, are_refused_on_what_has_no_gradient) {
  expect_error<GraphError>([] { on_gradient(zeros({2}), [](const Tensor& dx) { return dx; }); },
                           "on_gradient: tensor of shape [2] must require a gradient; call "
                           "set_requires_grad() on it, or "
                           "on what it is computed from");
  clear_gradient_hooks(zeros({2}));  // nothing to clear
}

TEST(Hooks, may_clear_themselves_while_they_run) {
  const Tensor x = leaf_of({1});
  int calls = 0;
  const std::string long_text(1000, 'a');  // its memory would be gone
  on_gradient(x, [&calls, long_text, handle = &x](const Tensor& dx) {
    ++calls;
    clear_gradient_hooks(*handle);
    EXPECT_EQ(long_text, std::string(1000, 'a'));
    return dx * 2;
  });
  sum(x).backward();
  sum(x).backward();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(numbers(x.grad()), (V{3}));
}

TEST(Hooks, keep_to_leaves_over_many_graphs_and_are_shared_by_handles) {
  const Tensor x = leaf_of({1});
  const Tensor same = x;
  on_gradient(same, [](const Tensor& dx) { return dx * 2; });
  sum(x).backward();
  EXPECT_EQ(numbers(x.grad()), (V{2}));
  on_gradient(x.detach().set_requires_grad(), [](const Tensor& dx) { return dx * 100; });
  sum(x).backward();  // a detached tensor is another place in another graph
  EXPECT_EQ(numbers(x.grad()), (V{4}));
}

TEST(Hooks, end_with_their_tensor_or_when_cleared) {
  const int before = test::Live::count();
  {
    Tensor x = leaf_of({1});
    on_gradient(x, [live = test::Live()](const Tensor&) { return Tensor(); });
    Tensor h = exp(x);
    on_gradient(h, [live = test::Live()](const Tensor&) { return Tensor(); });
    EXPECT_EQ(test::Live::count(), before + 2);
    h = Tensor();
    EXPECT_EQ(test::Live::count(), before + 1);
    clear_gradient_hooks(x);
    EXPECT_EQ(test::Live::count(), before);
    on_gradient(x, [live = test::Live()](const Tensor&) { return Tensor(); });
  }
  EXPECT_EQ(test::Live::count(), before);
}

}  // namespace
}  // namespace gradus
