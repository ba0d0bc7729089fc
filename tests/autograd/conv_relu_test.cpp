// A convolution that ends with relu, against the two operations.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/core/cpu.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace gradus
