// grad() with create_graph: derivatives that have derivatives.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
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

TEST(CreateGraph, gives_derivatives_with_a_history) {
  const Tensor x = leaf_of({2});
  const Tensor d = grad({sum(x * x * x)}, {x}, {.create_graph = true})[0];
  EXPECT_EQ(numbers(d), (V{12}));
  sum(d * d).backward();  // d (3 x^2)^2 = 36 x^3
  EXPECT_EQ(numbers(x.grad()), (V{288}));
}

TEST(CreateGraph, of_several_parts_records_their_sum) {
  const Tensor x = leaf_of({2});
  const Tensor d = grad({sum(x * x + x * x * 3)}, {x}, {.create_graph = true})[0];
  EXPECT_EQ(numbers(grad({d}, {x}, {.upstream = {ones({1}, f64)}})[0]), (V{8}));
}

TEST(CreateGraph, of_a_linear_function_gives_a_constant_without_history) {
  const Tensor x = leaf_of({2});
  const Tensor d = grad({sum(x * 5)}, {x}, {.create_graph = true})[0];
  EXPECT_EQ(numbers(d), (V{5}));
  EXPECT_FALSE(d.requires_grad());
}

// The derivative of u . J by u is J: twice backward is once forward.
TEST(CreateGraph, flows_to_the_upstream_gradient_too) {
  const Tensor x = leaf_of({1, 2});
  const Tensor u = leaf_of({0, 0});
  const Tensor g = grad({x * x}, {x}, {.upstream = {u}, .create_graph = true})[0];
  const Tensor jvp = grad({g}, {u}, {.upstream = {from_vector<double>({10, 1}, {2})}})[0];
  EXPECT_EQ(numbers(jvp), (V{20, 4}));
}

TEST(CreateGraph, under_NoGrad_still_records) {
  const Tensor x = leaf_of({3});
  const Tensor y = sum(x * x);
  const NoGrad numbers_only;
  EXPECT_TRUE(grad({y}, {x}, {.create_graph = true})[0].requires_grad());
  EXPECT_FALSE(is_recording());
}

TEST(CreateGraph, leaves_nothing_behind_when_all_handles_are_gone) {
  const int before = test::Live::count();
  {
    const Tensor x = leaf_of({0.5});
    const Tensor h =
        record((x * x).detach(), "square", {x},
               [x, live = test::Live()](const Tensor& dy, Grads& dx) { dx[0] = x * dy * 2; });
    const Tensor d = grad({sum(exp(h) * tanh(h))}, {x}, {.create_graph = true})[0];
    const Tensor dd = grad({sum(d * d)}, {x}, {.create_graph = true})[0];
    EXPECT_EQ(test::Live::count(), before + 1);
  }
  EXPECT_EQ(test::Live::count(), before);
}

TEST(HessianVectorProduct, refuses_vectors_that_do_not_fit) {
  const Tensor x = leaf_of({1, 2});
  const auto loss = [&] { return sum(x * x); };
  expect_error<ValueError>(
      [&] { hessian_vector_product(loss(), {x}, {}); },
      "hessian_vector_product: there must be a vector for each of 1 inputs, got 0");
  expect_error<ShapeError>(
      [&] { hessian_vector_product(loss(), {x}, {zeros({3}, f64)}); },
      "hessian_vector_product: vector 0 must have the shape [2] of its input, got [3]");
  expect_error<DtypeError>(
      [&] { hessian_vector_product(loss(), {x}, {zeros({2}, f32)}); },
      "hessian_vector_product: vector 0 must have the dtype f64 of its input, got f32");
}

TEST(HessianVectorProduct, of_a_linear_loss_is_zero) {
  const Tensor x = leaf_of({1, 2});
  EXPECT_EQ(numbers(hessian_vector_product(sum(x * 3), {x}, {ones({2}, f64)})[0]), (V{0, 0}));
}

}  // namespace
}  // namespace gradus
