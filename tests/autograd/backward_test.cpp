#include <gradus/autograd/backward.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gtest/gtest.h>

#include <chrono>

#include "support/leaf.h"
#include "support/naive.h"
#include "support/refusals.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kUndefined;
using test::leaf_of;
using V = std::vector<double>;

V grad_of(const Tensor& x) { return x.grad().to_vector<double>(); }

TEST(Backward, needs_one_element_or_an_upstream_gradient) {
  const Tensor x = leaf_of({1, 2});
  expect_error<ShapeError>(
      [&] { (x * 2).backward(); },
      "backward: without an upstream gradient the tensor must have one element, "
      "got shape [2]; take sum() or mean() first");
  backward(x * 2, {.upstream = from_vector<double>({3, 5}, {2})});
  EXPECT_EQ(grad_of(x), (V{6, 10}));
}

TEST(Backward, refuses_an_upstream_gradient_of_another_shape_or_dtype) {
  const Tensor x = leaf_of({1, 2});
  const Tensor y = x * 2;
  expect_error<ShapeError>(
      [&] { backward(y, {.upstream = zeros({3}, f64)}); },
      "backward: upstream gradient must have the shape [2] of the tensor, got [3]");
  expect_error<DtypeError>(
      [&] { backward(y, {.upstream = zeros({2}, f32)}); },
      "backward: upstream gradient must have the dtype f64 of the tensor, got f32");
  EXPECT_FALSE(x.grad());
  backward(y, {.upstream = ones({2}, f64)});  // the graph is not used up by what was refused
  EXPECT_EQ(grad_of(x), (V{2, 2}));
}

TEST(Backward, refuses_a_tensor_without_history) {
  const std::string message =
      "backward: tensor must come from operations on tensors that require a gradient, got one "
      "without history; call set_requires_grad() on the leaves";
  expect_error<GraphError>([] { zeros({}).backward(); }, message);
  expect_error<GraphError>([] { sum(leaf_of({1, 2}).detach()).backward(); }, message);
  expect_error<ValueError>([] { Tensor().backward(); }, kUndefined);
}

TEST(Backward, of_a_leaf_itself_is_one) {
  const Tensor x = full({}, 3, f64).set_requires_grad();
  x.backward();
  EXPECT_EQ(x.grad().item(), 1);
}

TEST(Backward, a_second_time_is_an_error_and_changes_nothing) {
  const Tensor x = leaf_of({1, 2});
  const Tensor y = sum(x * x);
  y.backward();
  expect_error<GraphError>(
      [&] { y.backward(); },
      "backward of 'sum': the graph was used up by an earlier backward; compute the result anew, "
      "or keep it with backward(y, {.retain_graph = true})");
  EXPECT_EQ(grad_of(x), (V{2, 4}));
}

TEST(Backward, through_a_part_that_another_backward_used_up_is_an_error) {
  const Tensor x = leaf_of({1, 2});
  const Tensor z = leaf_of({1, 1});
  const Tensor h = exp(x);
  sum(h).backward();
  const V before = grad_of(x);
  EXPECT_THROW(sum(h * z).backward(), GraphError);
  EXPECT_EQ(grad_of(x), before);
  EXPECT_FALSE(z.grad());
}

TEST(Backward, with_a_retained_graph_accumulates_exactly_double) {
  const Tensor x = leaf_of({0.1, 0.7});
  const Tensor y = sum(exp(x) * x);
  backward(y, {.retain_graph = true});
  const V once = grad_of(x);
  y.backward();
  EXPECT_EQ(grad_of(x), (V{2 * once[0], 2 * once[1]}));
  EXPECT_THROW(y.backward(), GraphError);
}

TEST(Backward, a_hundred_times_equals_the_sum) {
  const Tensor x = leaf_of({1, 2});
  for (int i = 1; i <= 100; ++i) {
    sum(x * double(i)).backward();
  }
  EXPECT_EQ(grad_of(x), (V{5050, 5050}));
}

TEST(Backward, leaves_unused_parameters_without_gradient) {
  const Tensor x = leaf_of({1});
  const Tensor unused = leaf_of({1});
  sum(x * 2).backward();
  EXPECT_TRUE(x.grad());
  EXPECT_FALSE(unused.grad());
}

TEST(Backward, stops_at_detach_and_at_NoGrad) {
  const Tensor x = leaf_of({2, 3});
  sum(x * x.detach()).backward();
  EXPECT_EQ(grad_of(x), (V{2, 3}));
  x.set_grad(Tensor());
  Tensor constant;
  {
    const NoGrad numbers;
    constant = x * x;
    EXPECT_FALSE(constant.requires_grad());
    { const NoGrad inner; }
    EXPECT_FALSE(is_recording());
  }
  EXPECT_TRUE(is_recording());
  sum(x * constant).backward();
  EXPECT_EQ(grad_of(x), (V{4, 9}));
}

TEST(Backward, stops_at_inputs_that_need_no_gradient) {
  Tensor x = leaf_of({2});
  const Tensor c = from_vector<double>({5}, {1});
  sum(x * c).backward();
  EXPECT_FALSE(c.grad());
  x.set_requires_grad(false);
  EXPECT_FALSE((x * c).requires_grad());
}

// A node whose consumers are visited in any order gets all their parts before it is derived.
TEST(Backward, waits_for_all_consumers_of_a_node) {
  const Tensor x = leaf_of({3});
  const Tensor a = x * 2;
  const Tensor b = a * a;          // consumes a
  const Tensor c = b + a;          // and again
  const Tensor d = c * b + a * 5;  // d = (4x^2 + 2x) 4x^2 + 10x
  sum(d).backward();
  EXPECT_EQ(grad_of(x), (V{64 * 27 + 24 * 9 + 10}));
}

TEST(Backward, goes_through_a_diamond_of_depth_60_in_linear_time) {
  const auto start = std::chrono::steady_clock::now();
  const Tensor x = leaf_of({1});
  Tensor y = x;
  for (int i = 0; i < 60; ++i) {
    y = y + y;  // 2^60 paths
  }
  sum(y).backward();
  EXPECT_EQ(grad_of(x), (V{0x1p60}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Backward, gradients_share_nothing_with_each_other) {
  const Tensor a = leaf_of({1, 2});
  const Tensor b = leaf_of({3, 4});
  const Tensor upstream = ones({2}, f64);
  backward(a + b, {.upstream = upstream});
  a.grad().mutable_data<double>()[0] = 77;
  EXPECT_EQ(grad_of(b), (V{1, 1}));
  EXPECT_EQ(upstream.to_vector<double>(), (V{1, 1}));
}

TEST(Backward, gradients_share_nothing_with_views_and_stay_dense) {
  const Tensor a = from_vector<double>({1, 2, 3, 4, 5, 6}, {2, 3}).set_requires_grad();
  const Tensor b = leaf_of({0, 0, 0});
  sum(transpose(a, 0, 1) * 2 + expand(reshape(b, {3, 1}), {3, 2})).backward();
  EXPECT_TRUE(a.grad().is_contiguous());
  EXPECT_TRUE(b.grad().is_contiguous());
  fill(a.grad(), 9);
  EXPECT_EQ(grad_of(b), (V{2, 2, 2}));
  sum(expand(b, {4, 3})).backward();  // an expanded gradient becomes dense
  fill(b.grad(), 1);
  EXPECT_EQ(grad_of(b), (V{1, 1, 1}));
}

TEST(Backward, later_sweeps_do_not_change_a_gradient_that_was_kept) {
  const Tensor x = leaf_of({1});
  sum(x * 3).backward();
  const Tensor kept = x.grad();
  sum(x * 4).backward();
  EXPECT_EQ(kept.item(), 3);
  EXPECT_EQ(x.grad().item(), 7);
}

TEST(Backward, adds_to_a_gradient_that_was_set_by_hand) {
  const Tensor x = leaf_of({1, 1});
  const Tensor mine = from_vector<double>({10, 20}, {2});
  x.set_grad(mine);
  sum(x).backward();
  EXPECT_EQ(grad_of(x), (V{11, 21}));
  EXPECT_EQ(mine.to_vector<double>(), (V{10, 20}));
}

TEST(Gradients, refuse_other_shapes_dtypes_and_tensors_that_have_none) {
  const Tensor x = leaf_of({1, 2});
  expect_error<ShapeError>([&] { x.set_grad(zeros({3}, f64)); },
                           "set_grad: gradient must have the shape [2] of its tensor, got [3]");
  expect_error<DtypeError>([&] { x.set_grad(zeros({2}, f32)); },
                           "set_grad: gradient must have the dtype f64 of its tensor, got f32");
  expect_error<GraphError>([&] { (x * 2).set_grad(zeros({2}, f64)); },
                           "set_grad: must be called on a leaf that requires a gradient");
  expect_error<GraphError>([&] { zeros({2}).set_grad(zeros({2})); },
                           "set_grad: must be called on a leaf that requires a gradient");
}

TEST(Gradients, are_for_floating_leaves_alone) {
  expect_error<DtypeError>([] { zeros({2}, i64).set_requires_grad(); },
                           "set_requires_grad: dtype must be f32 or f64, got i64");
  expect_error<DtypeError>([] { zeros({2}, u8).set_requires_grad(); },
                           "set_requires_grad: dtype must be f32 or f64, got u8");
  Tensor y = leaf_of({1}) * 2;
  expect_error<GraphError>(
      [&] { y.set_requires_grad(false); },
      "set_requires_grad: must be called on a leaf, got the result of a recorded "
      "operation; detach() it first");
}

}  // namespace
}  // namespace gradus
