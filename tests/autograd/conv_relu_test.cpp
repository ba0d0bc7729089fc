// A convolution that ends with relu, against the two operations; derivatives that are put in the
// place of the gradient they came from.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/hooks.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/cpu.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"

namespace gradus {
namespace {

using Convolution = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Conv2dOptions&);

// The result and the gradients of all three operands.
std::vector<Tensor> run(Convolution f, Index out, Index stride, bool with_bias) {
  Rng rng(5);
  Tensor x = randn({3, 4, 11, 13}, rng).set_requires_grad();
  Tensor weight = randn({out, 4, 3, 3}, rng).set_requires_grad();
  Tensor bias = randn({out}, rng).set_requires_grad();
  const Tensor y = f(x, weight, with_bias ? bias : Tensor(), {.stride = stride, .padding = 1});
  backward(y, {.upstream = randn(y.shape(), rng)});
  return {y, x.grad(), weight.grad(), with_bias ? bias.grad() : x.grad()};
}

Tensor in_two_steps(const Tensor& x, const Tensor& weight, const Tensor& bias,
                    const Conv2dOptions& options) {
  return relu(conv2d(x, weight, bias, options));
}

TEST(ConvRelu, gives_the_bits_of_two_operations) {
  const Cpu cpu = active_cpu();
  for (const Cpu active : {cpu, Cpu::base}) {
    set_active_cpu(active);
    for (const Index out : {5, 40}) {
      for (const Index stride : {1, 2}) {
        for (const bool with_bias : {true, false}) {
          const std::vector<Tensor> one = run(conv2d_relu, out, stride, with_bias);
          const std::vector<Tensor> two = run(in_two_steps, out, stride, with_bias);
          for (std::size_t i = 0; i < one.size(); ++i) {
            EXPECT_EQ(one[i].to_vector(), two[i].to_vector()) << out << " " << stride << " " << i;
          }
        }
      }
    }
  }
  set_active_cpu(cpu);
}

TEST(ConvRelu, keeps_nan) {
  const Tensor x = full({1, 1, 1, 1}, std::nan(""));
  EXPECT_TRUE(std::isnan(conv2d_relu(x, ones({1, 1, 1, 1})).item()));
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
