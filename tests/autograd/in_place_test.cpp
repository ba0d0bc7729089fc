// Derivatives that are put in the place of the gradient they came from.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/hooks.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/trigonometric.h>
#include <gradus/core/memory.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "support/layouts.h"
#include "support/sanitizer.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::laid_out;
using test::Layout;

struct FunctionCase {
  const char* name;
  Tensor (*call)(const Tensor&);
  double (*derivative)(double);
};
const FunctionCase kFunctions[] = {
    {"relu", relu, [](double x) { return x > 0 ? 1.0 : 0.0; }},
    {"tanh", tanh, [](double x) { return 1 - std::tanh(x) * std::tanh(x); }},
    {"exp", exp, [](double x) { return std::exp(x); }},
    {"sin", sin, [](double x) { return std::cos(x); }},
    {"erf", erf, [](double x) { return 2 / std::sqrt(M_PI) * std::exp(-x * x); }},
};
constexpr Layout kLayouts[] = {Layout::dense, Layout::reversed, Layout::sliced};

// Where a gradient lies.  Only its address is kept: a handle would share it.
using Place = const void*;

// Passes x on, laid out so; notes where its gradient arrives.
Tensor arriving(const Tensor& x, Layout layout, Place& place) {
  return record(laid_out(x, layout), "arriving", {x}, [&place](const Tensor& dy, Grads& dx) {
    place = dy.address();
    dx[0] = dy;
  });
}

// Passes x on; sends back what `make` makes of the gradient, and notes where that lies.
using Make = std::function<Tensor(const Tensor& dy)>;
Tensor sending(const Tensor& x, Place& place, const Make& make) {
  return record(x.clone(), "sending", {x}, [&place, make](const Tensor& dy, Grads& dx) {
    dx[0] = make(dy);
    place = dx[0].address();
  });
}

void expect_derivative(const FunctionCase& f, const Tensor& x, const Tensor& dy, const Tensor& dx) {
  const std::vector<double> at = convert(x, f64).to_vector<double>();
  const std::vector<double> upstream = convert(dy, f64).to_vector<double>();
  const std::vector<double> found = convert(dx, f64).to_vector<double>();
  ASSERT_EQ(dx.dtype(), x.dtype());
  for (std::size_t i = 0; i < at.size(); ++i) {
    ASSERT_NEAR(found[i], f.derivative(at[i]) * upstream[i], x.dtype() == f32 ? 1e-5 : 1e-13)
        << f.name << " " << to_text(x.dtype()) << " " << i;
  }
}

// Of each function and dtype, with its operand laid out in each way: f's derivative is right, and
// lies where the gradient lay that `make` made, or elsewhere.
void expect_places(bool in_place, const Make& make) {
  for (const FunctionCase& f : kFunctions) {
    for (const Dtype dtype : {f32, f64}) {
      for (const Layout layout : kLayouts) {
        Rng rng(3);
        const Tensor x = randn({7, 33}, rng, 0, 1, dtype).set_requires_grad();
        const Tensor dy = randn({7, 33}, rng, 0, 1, dtype);
        Place sent = nullptr, arrived = nullptr;
        const Tensor y = sending(f.call(arriving(x, layout, arrived)), sent, make);
        backward(y, {.upstream = dy});
        ASSERT_NE(sent, nullptr);
        EXPECT_EQ(sent == arrived, in_place)
            << f.name << " " << to_text(dtype) << " " << to_text(layout);
        expect_derivative(f, x, dy, x.grad());
      }
    }
  }
}

void expect_same(const std::vector<Tensor>& found, const std::vector<Tensor>& expected) {
  ASSERT_EQ(found.size(), std::size(kFunctions) * 2 * std::size(kLayouts));
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(convert(found[i], f64).to_vector<double>(),
              convert(expected[i], f64).to_vector<double>());
  }
}

TEST(DerivativesInPlace, lie_where_a_gradient_lay_that_nobody_else_sees) {
  expect_places(true, [](const Tensor& dy) { return dy.clone(); });
}

TEST(DerivativesInPlace, lie_elsewhere_where_the_gradient_is_strided) {
  expect_places(false, [](const Tensor& dy) { return laid_out(dy, Layout::reversed); });
  expect_places(false, [](const Tensor& dy) { return laid_out(dy, Layout::sliced); });
}

TEST(DerivativesInPlace, leave_a_gradient_alone_that_its_maker_holds) {
  std::vector<Tensor> held, copies;
  expect_places(false, [&](const Tensor& dy) {
    copies.push_back(dy.clone());
    return held.emplace_back(dy.clone());
  });
  expect_same(held, copies);
}

TEST(DerivativesInPlace, leave_a_gradient_alone_of_which_somebody_holds_a_view) {
  std::vector<Tensor> views, copies;
  expect_places(false, [&](const Tensor& dy) {
    const Tensor sent = dy.clone();
    views.push_back(core::reshape(sent, {7 * 33}));
    copies.push_back(dy.clone());
    return sent;
  });
  expect_same(views, copies);
}

// The last of the two to see it is alone with it.
TEST(DerivativesInPlace, leave_a_gradient_alone_that_goes_to_two_operations) {
  for (const FunctionCase& f : kFunctions) {
    for (const Dtype dtype : {f32, f64}) {
      Rng rng(4);
      const Tensor a = randn({7, 33}, rng, 0, 1, dtype).set_requires_grad();
      const Tensor b = randn({7, 33}, rng, 0, 1, dtype).set_requires_grad();
      const Tensor dy = randn({7, 33}, rng, 0, 1, dtype);
      Place sent = nullptr, at_a = nullptr, at_b = nullptr;
      const Tensor fa = f.call(arriving(a, Layout::dense, at_a));
      const Tensor fb = f.call(arriving(b, Layout::dense, at_b));
      const Tensor y = record(fa.clone(), "both", {fa, fb}, [&](const Tensor& g, Grads& dx) {
        dx[0] = dx[1] = g.clone();
        sent = dx[0].address();
      });
      backward(y, {.upstream = dy});
      EXPECT_NE(at_a == sent, at_b == sent) << f.name << " " << to_text(dtype);
      expect_derivative(f, a, dy, a.grad());
      expect_derivative(f, b, dy, b.grad());
    }
  }
}

TEST(DerivativesInPlace, lie_elsewhere_while_derivatives_are_recorded) {
  Rng rng(5);
  for (const FunctionCase& f : kFunctions) {
    const Tensor x = randn({7, 33}, rng, 0, 1, f64).set_requires_grad();
    Place sent = nullptr, arrived = nullptr;
    const Tensor y = sending(f.call(arriving(x, Layout::dense, arrived)), sent,
                             [](const Tensor& dy) { return dy.clone(); });
    const Tensor dy = randn({7, 33}, rng, 0, 1, f64);
    const Tensor dx = grad({y}, {x}, {.upstream = {dy}, .create_graph = true})[0];
    EXPECT_NE(sent, arrived) << f.name;
    expect_derivative(f, x, dy, dx);
  }
}

// The memory that a sweep through conv2d_relu takes from the system.
std::uint64_t bytes_of_sweep(const Make& make) {
  const test::WithThreads one(1);
  Rng rng(6);
  const Tensor x = randn({1, 2, 64, 64}, rng).set_requires_grad();
  const Tensor weight = randn({8, 2, 3, 3}, rng).set_requires_grad();
  Place sent = nullptr;
  const Tensor y = sending(conv2d_relu(x, weight, {}, {.padding = 1}), sent, make);
  const Tensor dy = ones(y.shape());
  release_cached_memory();
  const std::uint64_t before = memory_stats().system_bytes;
  backward(y, {.upstream = dy});
  return memory_stats().system_bytes - before;
}

TEST(DerivativesInPlace, of_conv2d_relu_need_no_memory) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "memory is not recycled under AddressSanitizer";
  }
  const std::uint64_t alone = bytes_of_sweep([](const Tensor& dy) { return dy.clone(); });
  Tensor held;
  const std::uint64_t shared = bytes_of_sweep([&](const Tensor& dy) { return held = dy.clone(); });
  const std::uint64_t bytes = held.storage().bytes();
  EXPECT_GE(alone, bytes);
  EXPECT_GE(shared, alone + bytes);
  EXPECT_EQ(held.to_vector(), ones(held.shape()).to_vector());
}

// What others see of a gradient stays as it was.
TEST(DerivativesInPlace, leave_the_upstream_gradient_alone) {
  const Tensor x = tensor({-1, 2}).set_requires_grad();
  const Tensor upstream = tensor({3, 4});
  backward(relu(x), {.upstream = upstream});
  EXPECT_EQ(upstream.to_vector(), (std::vector<float>{3, 4}));
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{0, 4}));
}

TEST(DerivativesInPlace, leave_what_a_hook_keeps_alone) {
  const Tensor x = tensor({-1, 2}).set_requires_grad();
  const Tensor y = relu(x);
  Tensor kept;
  on_gradient(y, [&](const Tensor& dy) {
    kept = dy;
    return Tensor();
  });
  sum(y * 5.0).backward();
  EXPECT_EQ(kept.to_vector(), (std::vector<float>{5, 5}));
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{0, 5}));
}

TEST(DerivativesInPlace, leave_the_gradient_alone_that_another_operand_gets_too) {
  const Tensor x = tensor({-1, 2}).set_requires_grad();
  const Tensor z = tensor({-3, 4}).set_requires_grad();
  const Tensor upstream = tensor({3, 4});
  backward(relu(x) + relu(z), {.upstream = upstream * 1.0});
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{0, 4}));
  EXPECT_EQ(z.grad().to_vector(), (std::vector<float>{0, 4}));
}

TEST(DerivativesInPlace, leave_the_gradient_alone_that_a_sweep_hands_out) {
  const Tensor x = tensor({-1, 2}).set_requires_grad();
  const Tensor y = relu(x);
  const std::vector<Tensor> found = grad({sum(y * 7.0)}, {y, x});
  EXPECT_EQ(found[0].to_vector(), (std::vector<float>{7, 7}));
  EXPECT_EQ(found[1].to_vector(), (std::vector<float>{0, 7}));
}

// The gradient of a sum is one number, seen by all.
TEST(DerivativesInPlace, leave_an_expanded_gradient_alone) {
  const Tensor x = tensor({-1, 2, 3}).set_requires_grad();
  sum(tanh(relu(x))).backward();
  const double dx = 1 - std::tanh(3.0) * std::tanh(3.0);
  EXPECT_EQ(x.grad().to_vector()[0], 0);
  EXPECT_NEAR(x.grad().to_vector()[2], dx, 1e-6);
}

}  // namespace
}  // namespace gradus
