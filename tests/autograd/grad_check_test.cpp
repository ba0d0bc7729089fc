// The oracle itself: it must find wrong derivatives of every kind, and pass right ones.
#include <gradus/autograd/grad_check.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/reduce.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using Tensors = std::vector<Tensor>;

Tensor ramp(const Shape& shape) {
  Tensor x = zeros(shape, f64);
  for (Index i = 0; i < x.numel(); ++i) {
    x.mutable_data<double>()[i] = 0.5 + 0.25 * double(i);
  }
  return x.set_requires_grad();
}

// y = a b (broadcast), with the derivatives that a test plants: f(a, b, dy, dx).
template <class F>
Tensor product(const Tensor& a, const Tensor& b, F derive) {
  return record(a.detach() * b.detach(), "planted", {a, b},
                [a = a.detach(), b = b.detach(), derive](const Tensor& dy, Grads& dx) {
                  derive(a, b, dy, dx);
                });
}

template <class F>
GradCheckResult check_product(const Tensors& inputs, F derive) {
  return check_gradients([&](const Tensors& x) { return product(x[0], x[1], derive); }, inputs);
}

constexpr auto kRight = [](const Tensor& a, const Tensor& b, const Tensor& dy, Grads& dx) {
  dx[0] = core::sum_to(dy * b, a.shape());
  dx[1] = core::sum_to(dy * a, b.shape());
};

TEST(GradCheck, passes_a_right_derivative) {
  const GradCheckResult result = check_product({ramp({2, 3}), ramp({3})}, kRight);
  EXPECT_TRUE(result);
  EXPECT_EQ(result.report, "");
  EXPECT_LT(result.largest_error, 1e-8);
}

TEST(GradCheck, finds_a_wrong_sign) {
  const auto wrong = [](const Tensor& a, const Tensor& b, const Tensor& dy, Grads& dx) {
    kRight(a, b, dy, dx);
    dx[1] = -dx[1];
  };
  const GradCheckResult result = check_product({ramp({2}), ramp({2})}, wrong);
  EXPECT_FALSE(result);
  EXPECT_EQ(result.report.substr(0, 42), "input 1 of shape [2], element 1: backward ");
}

TEST(GradCheck, finds_a_factor_that_is_off_by_one_percent) {
  EXPECT_FALSE(check_product({ramp({2}), ramp({2})},
                             [](const Tensor& a, const Tensor& b, const Tensor& dy, Grads& dx) {
                               kRight(a, b, dy, dx);
                               dx[0] = dx[0] * 1.01;
                             }));
}

TEST(GradCheck, finds_operands_that_were_swapped) {
  EXPECT_FALSE(check_product({ramp({2}), full({2}, 3, f64).set_requires_grad()},
                             [](const Tensor& a, const Tensor& b, const Tensor& dy, Grads& dx) {
                               dx[0] = dy * a;
                               dx[1] = dy * b;
                             }));
}

TEST(GradCheck, finds_one_wrong_element) {
  const auto wrong = [](const Tensor& a, const Tensor& b, const Tensor& dy, Grads& dx) {
    kRight(a, b, dy, dx);
    dx[0].mutable_data<double>()[4] += 0.01;
  };
  const GradCheckResult result = check_product({ramp({2, 3}), ramp({2, 3})}, wrong);
  EXPECT_FALSE(result);
  EXPECT_EQ(result.report.substr(0, 36), "input 0 of shape [2, 3], element 4: ");
}

TEST(GradCheck, finds_a_forgotten_sum_over_what_was_broadcast) {
  EXPECT_FALSE(check_product({ramp({2, 3}), ramp({3})},
                             [](const Tensor& a, const Tensor& b, const Tensor& dy, Grads& dx) {
                               kRight(a, b, dy, dx);
                               dx[1] = dx[1] * 0.5;  // the mean over two rows instead of the sum
                             }));
}

TEST(GradCheck, finds_an_upstream_gradient_that_is_ignored) {
  EXPECT_FALSE(check_product({ramp({2}), ramp({2})},
                             [](const Tensor& a, const Tensor& b, const Tensor&, Grads& dx) {
                               dx[0] = b.clone();
                               dx[1] = a.clone();
                             }));
}

TEST(GradCheck, finds_a_gradient_that_is_missing) {
  EXPECT_FALSE(check_product(
      {ramp({2}), ramp({2})},
      [](const Tensor&, const Tensor& b, const Tensor& dy, Grads& dx) { dx[0] = dy * b; }));
}

TEST(GradCheck, finds_nan_and_infinity) {
  for (const double value : {double(NAN), double(INFINITY)}) {
    const auto wrong = [value](const Tensor& a, const Tensor& b, const Tensor& dy, Grads& dx) {
      kRight(a, b, dy, dx);
      dx[0].mutable_data<double>()[0] = value;
    };
    EXPECT_FALSE(check_product({ramp({2}), ramp({2})}, wrong)) << value;
  }
}

TEST(GradCheck, finds_a_wrong_derivative_of_one_tensor_in_two_places) {
  const Tensor x = ramp({3});
  const auto square = [](const Tensors& in) {
    return product(in[0], in[0], [](const Tensor&, const Tensor& b, const Tensor& dy, Grads& dx) {
      dx[0] = dy * b;  // and nothing through the second place
    });
  };
  EXPECT_FALSE(check_gradients(square, {x}));
}

TEST(GradCheck, finds_a_dependence_that_the_graph_does_not_know) {
  const auto cut = [](const Tensors& in) { return in[0] + in[1].detach(); };
  EXPECT_FALSE(check_gradients(cut, {ramp({2}), ramp({2})}));
}

TEST(GradCheck, accepts_an_input_that_the_result_does_not_depend_on) {
  EXPECT_TRUE(check_gradients([](const Tensors& in) { return in[0] * 2; }, {ramp({2}), ramp({3})}));
}

TEST(GradCheck, leaves_values_as_before_and_gradients_cleared) {
  const Tensor x = ramp({3});
  x.set_grad(ones({3}, f64));
  check_gradients([](const Tensors& in) { return in[0] * in[0]; }, {x});
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{0.5, 0.75, 1}));
  EXPECT_FALSE(x.grad());
}

TEST(GradCheck, leaves_values_as_before_and_gradients_cleared_when_the_function_throws) {
  for (const int good_calls : {0, 1, 2, 3}) {
    const Tensor x = ramp({3});
    int calls = 0;
    const auto breaks = [&](const Tensors& in) {
      require(calls++ < good_calls, "enough");
      return in[0] * in[0];
    };
    EXPECT_THROW(check_gradients(breaks, {x}), ValueError);
    EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{0.5, 0.75, 1})) << good_calls;
    EXPECT_FALSE(x.grad()) << good_calls;
  }
}

TEST(GradCheck, takes_one_tensor_twice) {
  const Tensor x = ramp({3});
  const GradCheckResult result =
      check_gradients([](const Tensors& in) { return in[0] * in[1] * in[0]; }, {x, x});
  EXPECT_TRUE(result) << result.report;
  EXPECT_FALSE(x.grad());
}

TEST(GradCheck, refuses_f32) {
  expect_error<ValueError>(
      [] {
        check_gradients([](const Tensors& in) { return in[0] * 2; },
                        {ones({2}).set_requires_grad()});
      },
      "check_gradients: inputs must be f64, in f32 differences drown in rounding, got f32");
}

}  // namespace
}  // namespace gradus
