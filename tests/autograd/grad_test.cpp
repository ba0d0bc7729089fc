// grad(): derivatives handed to the caller, of leaves and of results on the way.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gtest/gtest.h>

#include "support/leaf.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::leaf_of;
using test::numbers;
using V = std::vector<double>;

// y = x, counting how often its derivative runs.
Tensor counting(const Tensor& x, int& runs) {
  return record(x.detach(), "counting", {x}, [&runs](const Tensor& dy, Grads& dx) {
    ++runs;
    dx[0] = dy;
  });
}
Tensor throwing(const Tensor& x) {
  return record(x.detach(), "throwing", {x},
                [](const Tensor&, Grads&) { throw std::runtime_error("boom"); });
}

TEST(Grad, is_that_of_leaves_and_leaves_their_gradients_alone) {
  const Tensor x = leaf_of({1, 2});
  const Tensor z = leaf_of({3, 4});
  z.set_grad(from_vector<double>({9, 9}, {2}));
  const std::vector<Tensor> d = grad({sum(x * z)}, {x, z});
  EXPECT_EQ(numbers(d[0]), (V{3, 4}));
  EXPECT_EQ(numbers(d[1]), (V{1, 2}));
  EXPECT_FALSE(x.grad());
  EXPECT_EQ(numbers(z.grad()), (V{9, 9}));
  EXPECT_FALSE(d[0].requires_grad());
}

TEST(Grad, is_that_of_results_on_the_way_and_of_what_they_come_from_at_once) {
  const Tensor x = leaf_of({1, 2});
  const Tensor h = x * 3;
  const Tensor loss = sum(h * h);
  const std::vector<Tensor> d = grad({loss}, {h, x, h, loss});
  EXPECT_EQ(numbers(d[0]), (V{6, 12}));
  EXPECT_EQ(numbers(d[1]), (V{18, 36}));
  EXPECT_EQ(numbers(d[2]), (V{6, 12}));
  EXPECT_EQ(d[3].item(), 1);
}

TEST(Grad, of_a_result_has_all_parts_of_its_consumers) {
  const Tensor x = leaf_of({2});
  const Tensor h = x * x;
  const Tensor d = grad({sum(h * h + h * 5)}, {h})[0];
  EXPECT_EQ(numbers(d), (V{2 * 4 + 5}));
}

TEST(Grad, of_a_leaf_by_itself_is_its_upstream_gradient) {
  const Tensor x = leaf_of({2, 3});
  EXPECT_EQ(numbers(grad({x}, {x}, {.upstream = {from_vector<double>({5, 7}, {2})}})[0]),
            (V{5, 7}));
}

TEST(Grad, of_several_outputs_is_the_sum_weighted_by_their_upstream_gradients) {
  const Tensor x = leaf_of({1, 2});
  const Tensor a = x * 2;
  const Tensor b = sum(a * a);  // depends on the other output
  const Tensor c = sum(x);
  const std::vector<Tensor> d = grad(
      {a, b, c}, {x}, {.upstream = {from_vector<double>({10, 20}, {2}), full({}, 3, f64), {}}});
  EXPECT_EQ(numbers(d[0]), (V{2 * 10 + 3 * 8 * 1 + 1, 2 * 20 + 3 * 8 * 2 + 1}));
  const Tensor e = x * 2;
  const Tensor f = sum(e * e);  // the same in the other order
  EXPECT_EQ(numbers(grad({f, e}, {x}, {.upstream = {{}, ones({2}, f64)}})[0]), (V{10, 18}));
}

TEST(Grad, of_one_output_given_twice_counts_twice) {
  const Tensor x = leaf_of({1});
  const Tensor y = sum(x * 4);
  EXPECT_EQ(numbers(grad({y, y}, {x})[0]), (V{8}));
}

TEST(Grad, of_nothing_asked_is_nothing) {
  const Tensor x = leaf_of({1});
  EXPECT_TRUE(grad({sum(x)}, {}).empty());
}

TEST(Grad, refuses_what_it_cannot_differentiate) {
  const Tensor x = leaf_of({1, 2});
  const Tensor constant = zeros({3});
  const Tensor y = sum(x);
  expect_error<ValueError>([&] { grad({}, {x}); }, "grad: there must be an output, got none");
  expect_error<ValueError>(
      [&] {
        grad({y}, {x}, {.upstream = {{}, {}}});
      },
      "grad: there must be an upstream gradient for each output or none at all, got 2 for 1 "
      "outputs");
  expect_error<GraphError>(
      [&] {
        grad({y}, {x, constant});
      },
      "grad: input 1 of shape [3] must require a gradient; call "
      "set_requires_grad() on it before the outputs are computed");
  expect_error<GraphError>(
      [&] { grad({constant}, {x}); },
      "grad: tensor must come from operations on tensors that require a gradient, got one without "
      "history; call set_requires_grad() on the leaves");
  expect_error<ShapeError>(
      [&] { grad({x * 2}, {x}); },
      "grad: without an upstream gradient the tensor must have one element, got shape [2]; take "
      "sum() or mean() first");
  expect_error<ShapeError>([&] { grad({y}, {x}, {.upstream = {zeros({2}, f64)}}); },
                           "grad: upstream gradient must have the shape [] of the tensor, got [2]");
  expect_error<DtypeError>(
      [&] { grad({y}, {x}, {.upstream = {zeros({}, i64)}}); },
      "grad: upstream gradient must have the dtype f64 of the tensor, got i64");
  EXPECT_EQ(numbers(grad({y}, {x})[0]), (V{1, 1}));  // nothing was used up
}

TEST(Grad, of_an_input_that_no_output_depends_on_is_an_error_or_undefined) {
  const Tensor x = leaf_of({1, 2});
  const Tensor other = leaf_of({1, 2, 3});
  const Tensor y = sum(x * x);
  expect_error<GraphError>(
      [&] {
        grad({y}, {x, other}, {.retain_graph = true});
      },
      "grad: no output depends on input 1 of shape [3]; with allow_unused its gradient is an "
      "undefined tensor");
  const std::vector<Tensor> d = grad({y}, {other, x}, {.allow_unused = true});
  EXPECT_FALSE(d[0]);
  EXPECT_EQ(numbers(d[1]), (V{2, 4}));
}

TEST(Grad, by_a_copy_or_by_a_view_made_afterwards_is_an_error) {
  const Tensor x = leaf_of({1, 2});
  const Tensor y = sum(x);
  const Tensor view = slice(x, 0, 0, 1);
  EXPECT_THROW(grad({y}, {view}), GraphError);
}

// A derivative that is left undefined is zero; the output depends on the input all the same.
TEST(Grad, is_zero_where_derivatives_left_it_undefined) {
  const Tensor x = leaf_of({1, 2});
  const Tensor y = sum(record(x.clone(), "flat", {x}, [](const Tensor&, Grads&) {}));
  const Tensor d = grad({y}, {x})[0];
  EXPECT_EQ(numbers(d), (V{0, 0}));
  EXPECT_EQ(d.dtype(), f64);
}

TEST(Grad, computes_nothing_that_the_inputs_do_not_need) {
  const Tensor x = leaf_of({1});
  const Tensor z = leaf_of({1});
  int below = 0;
  int beside = 0;
  int own = 0;
  const Tensor h = counting(counting(x, below), own);
  const Tensor y = sum(h * counting(z, beside));
  grad({y}, {h});
  EXPECT_EQ(own, 0);  // that of h would lead to x
  EXPECT_EQ(below, 0);
  EXPECT_EQ(beside, 0);
}

TEST(Grad, tells_a_derivative_which_of_its_inputs_are_wanted) {
  const Tensor a = leaf_of({1});
  const Tensor b = leaf_of({1});
  std::vector<bool> wanted;
  const auto make = [&] {
    return record(zeros({}, f64), "pair", {a, b}, [&](const Tensor&, Grads& dx) {
      wanted = {dx.wanted(0), dx.wanted(1)};
      dx[0] = ones({1}, f64);
      dx[1] = ones({1}, f64);  // thrown away unless wanted
    });
  };
  grad({make()}, {b});
  EXPECT_EQ(wanted, (std::vector<bool>{false, true}));
  grad({make()}, {a, b});
  EXPECT_EQ(wanted, (std::vector<bool>{true, true}));
  make().backward();
  EXPECT_EQ(wanted, (std::vector<bool>{true, true}));
}

// As when a graph is run back in two parts.
TEST(Grad, uses_up_only_what_it_walked) {
  const Tensor x = leaf_of({1, 2});
  const Tensor h = exp(x);
  const Tensor y = sum(h * h);
  const Tensor dh = grad({y}, {h})[0];
  backward(h, {.upstream = dh});
  EXPECT_NEAR(x.grad().to_vector<double>()[1], 2 * std::exp(4), 1e-12);
  expect_error<GraphError>(
      [&] { grad({y}, {h}); },
      "backward of 'sum': the graph was used up by an earlier backward; compute the result anew, "
      "or keep it with backward(y, {.retain_graph = true})");
}

// x is reached beside the part that is used up, but its gradient would lack that part.
TEST(Grad, through_a_part_that_is_used_up_is_an_error_and_no_wrong_gradient) {
  const Tensor x = leaf_of({1, 2});
  const Tensor h = exp(x);
  sum(h).backward();
  for (const bool allow_unused : {false, true}) {
    EXPECT_THROW(grad({sum(h * 2 + x)}, {x}, {.allow_unused = allow_unused}), GraphError);
  }
}

TEST(Grad, twice_needs_a_retained_graph) {
  const Tensor x = leaf_of({3});
  const Tensor y = sum(x * x);
  EXPECT_EQ(numbers(grad({y}, {x}, {.retain_graph = true})[0]), (V{6}));
  EXPECT_EQ(numbers(grad({y}, {x}, {.create_graph = true})[0]), (V{6}));
  EXPECT_EQ(numbers(grad({y}, {x})[0]), (V{6}));
  EXPECT_THROW(grad({y}, {x}), GraphError);
  EXPECT_THROW(y.backward(), GraphError);
  EXPECT_FALSE(x.grad());
}

TEST(Grad, and_backward_may_take_turns) {
  const Tensor x = leaf_of({3});
  const Tensor y = sum(x * x);
  backward(y, {.retain_graph = true});
  EXPECT_EQ(numbers(grad({y}, {x}, {.retain_graph = true})[0]), (V{6}));
  y.backward();
  EXPECT_EQ(numbers(x.grad()), (V{12}));
}

TEST(Grad, after_a_derivative_that_threw_starts_afresh) {
  const Tensor x = leaf_of({1});
  const Tensor z = leaf_of({1});
  const Tensor h = x * 2;
  const Tensor good = sum(h * z);
  const Tensor bad = sum(h + throwing(z) + h * 7);
  EXPECT_THROW(grad({good, bad}, {x, z}, {.retain_graph = true}), std::runtime_error);
  EXPECT_THROW(backward(bad, {.retain_graph = true}), std::runtime_error);
  EXPECT_FALSE(x.grad());
  EXPECT_FALSE(z.grad());
  const std::vector<Tensor> d = grad({good}, {x, z});
  EXPECT_EQ(numbers(d[0]), (V{2}));
  EXPECT_EQ(numbers(d[1]), (V{2}));
}

TEST(Grad, leaves_no_marks_that_a_later_sweep_would_see) {
  const Tensor x = leaf_of({1});
  const Tensor z = leaf_of({1});
  const Tensor y = sum(x * z);
  grad({y}, {x}, {.retain_graph = true});
  backward(y);  // all leaves are wanted again
  EXPECT_EQ(numbers(x.grad()), (V{1}));
  EXPECT_EQ(numbers(z.grad()), (V{1}));
}

// A sweep inside a derivative that asks for x does not reach it; the one outside still wants it.
TEST(Grad, inside_a_derivative_does_not_disturb_the_sweep_outside) {
  const Tensor x = leaf_of({2});
  const Tensor w = leaf_of({5});
  const Tensor y = record(x * 3, "nested", {x}, [&](const Tensor& dy, Grads& dx) {
    const GradMode on(true);
    EXPECT_FALSE(grad({sum(w * w)}, {x}, {.allow_unused = true})[0]);
    EXPECT_EQ(numbers(grad({sum(x * x * x)}, {x})[0]), (V{12}));
    EXPECT_TRUE(dx.wanted(0));
    EXPECT_THROW(grad({sum(throwing(x))}, {x}), std::runtime_error);
    dx[0] = dy * 3;
  });
  const std::vector<Tensor> d = grad({sum(y + x * 10 + w)}, {x, w});
  EXPECT_EQ(numbers(d[0]), (V{13}));
  EXPECT_EQ(numbers(d[1]), (V{1}));
}

TEST(Grad, checks_what_derivatives_hand_back) {
  const Tensor x = leaf_of({1, 2});
  const auto giving = [&](const Tensor& value) {
    return sum(
        record(x.clone(), "mine", {x}, [value](const Tensor&, Grads& dx) { dx[0] = value; }));
  };
  expect_error<ShapeError>(
      [&] {
        grad({giving(zeros({2, 1}, f64))}, {x});
      },
      "backward of 'mine': gradient 0 must have the shape [2] of its input, got [2, 1]");
  expect_error<DtypeError>(
      [&] { grad({giving(zeros({2}, i64))}, {x}); },
      "backward of 'mine': gradient 0 must have the dtype f64 of its input, got i64");
}

}  // namespace
}  // namespace gradus
