// A tensor that a gradient needs must not change before backward: never a wrong gradient.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/view.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include "support/leaf.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::leaf_of_two;

std::string changed(const std::string& op, const std::string& shape) {
  return "backward of '" + op + "': a tensor of shape " + shape +
         " that the gradient needs was changed in place after it was used; change a clone() "
         "instead, or call backward first";
}

// x: the leaf; y: what was computed from it.  Something has changed what y needs.
void expect_refused(const Tensor& x, const Tensor& y, const std::string& message) {
  x.set_grad(full(x.shape(), 42, x.dtype()));
  expect_error<GraphError>([&] { sum(y).backward(); }, message);
  EXPECT_EQ(x.grad().to_vector(), full(x.shape(), 42).to_vector());
}

TEST(Saved, a_constant_changed_directly_is_refused) {
  const Tensor x = leaf_of_two();
  const Tensor c = tensor({3, 4});
  const Tensor y = x * c;
  fill(c, 5);
  expect_refused(x, y, changed("mul", "[2]"));
}

TEST(Saved, a_leaf_changed_under_NoGrad_is_refused) {
  const Tensor x = leaf_of_two();
  const Tensor y = x * x;
  {
    const NoGrad in_place;
    fill(x, 5);
  }
  expect_refused(x, y, changed("mul", "[2]"));
}

TEST(Saved, a_change_through_a_view_is_refused) {
  const Tensor x = leaf_of_two();
  const Tensor c = zeros({2, 2});
  const Tensor y = x / (core::select(c, 0, 0) + 1) * core::select(c, 0, 0);
  core::select(c, 0, 1).mutable_data<float>()[0] = 1;  // of the same storage
  expect_refused(x, y, changed("mul", "[2]"));
}

TEST(Saved, a_change_through_a_detached_handle_is_refused) {
  const Tensor x = leaf_of_two();
  const Tensor y = exp(x);
  copy(y.detach(), tensor({0, 0}));
  expect_refused(x, y, changed("exp", "[2]"));
}

TEST(Saved, a_step_of_an_optimizer_is_a_change) {
  const Tensor x = leaf_of_two();
  optim::Optimizer opt({{"x", x}}, optim::SGD{.lr = 0.1});
  const Tensor y = x * x;
  x.set_grad(ones({2}));
  opt.step();
  expect_refused(x, y, changed("mul", "[2]"));
}

TEST(Saved, a_change_of_what_no_gradient_needs_is_fine) {
  const Tensor x = leaf_of_two();
  const Tensor c = tensor({3, 4});
  const Tensor y = x + c;
  fill(c, 9);
  sum(y).backward();
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{1, 1}));
}

TEST(Saved, a_change_after_backward_is_fine) {
  const Tensor x = leaf_of_two();
  const Tensor c = tensor({3, 4});
  const Tensor y = sum(x * c);
  y.backward();
  fill(c, 9);
  sum(x * c).backward();
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{12, 13}));
}

TEST(Saved, every_op_that_saves_names_itself) {
  using Op = Tensor (*)(const Tensor&, const Tensor&);
  struct Row {
    const char* name;
    Op f;
  };
  const Row rows[] = {
      {"mul", [](const Tensor& x, const Tensor& c) { return x * c; }},
      {"div", [](const Tensor& x, const Tensor& c) { return x / c; }},
      {"matmul", [](const Tensor& x, const Tensor& c) { return matmul(x, c); }},
      {"linear", [](const Tensor& x, const Tensor& c) { return linear(x, c, Tensor()); }}};
  for (const Row& row : rows) {
    const Tensor x = ones({2, 2}).set_requires_grad();
    const Tensor c = ones({2, 2});
    const Tensor y = row.f(x, c);
    fill(c, 2);
    expect_refused(x, y, changed(row.name, "[2, 2]"));
  }
  using Unary = Tensor (*)(const Tensor&);
  struct UnaryRow {
    const char* name;
    Unary f;
    bool keeps_output;
  };
  const UnaryRow unary[] = {{"exp", exp, true},
                            {"log", log, false},
                            {"sqrt", sqrt, true},
                            {"abs", abs, false},
                            {"relu", relu, true},
                            {"sigmoid", sigmoid, true},
                            {"tanh", tanh, true},
                            {"softmax", [](const Tensor& a) { return softmax(a); }, true},
                            {"log_softmax", [](const Tensor& a) { return log_softmax(a); }, true},
                            {"pow", [](const Tensor& x) { return pow(x, 2); }, false},
                            {"div", [](const Tensor& x) { return 1 / x; }, false}};
  for (const UnaryRow& row : unary) {
    const Tensor x = ones({2, 2}).set_requires_grad();
    const Tensor y = row.f(x);
    {
      const NoGrad in_place;
      fill(row.keeps_output ? y : x, 2);
    }
    expect_refused(x, y, changed(row.name, "[2, 2]"));
  }
}

TEST(Saved, labels_are_guarded_too) {
  const Tensor x = ones({2, 2}).set_requires_grad();
  const Tensor labels = zeros({2}, i64);
  const Tensor loss = cross_entropy(x, labels);
  fill(labels, 1);
  expect_refused(x, loss, changed("cross_entropy", "[2]"));
}

TEST(InPlace, a_leaf_that_requires_a_gradient_is_refused_and_so_is_its_view) {
  const Tensor x = leaf_of_two();
  const std::string rest =
      ": must not change a tensor that requires a gradient in place while operations record; use "
      "NoGrad, or make a new tensor";
  expect_error<GraphError>([&] { fill(x, 1); }, "fill" + rest);
  expect_error<GraphError>([&] { copy(x, tensor({1, 2})); }, "copy" + rest);
  expect_error<GraphError>([&] { fill(slice(x, 0, 0, 1), 1); }, "fill" + rest);
  expect_error<GraphError>([&] { fill(x * 2, 1); }, "fill" + rest);
  EXPECT_EQ(x.to_vector(), (std::vector<float>{1, 2}));
  const NoGrad in_place;
  fill(x, 5);
  EXPECT_EQ(x.to_vector(), (std::vector<float>{5, 5}));
}

}  // namespace
}  // namespace gradus
