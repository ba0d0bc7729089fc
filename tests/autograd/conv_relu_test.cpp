// A convolution that ends with relu, and with max pooling, against the operations one by one.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/cpu.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "support/cpu.h"
#include "support/threads.h"

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

std::vector<std::uint64_t> bits(const Tensor& x) {
  std::vector<std::uint64_t> all;
  for (const double number : convert(x, f64).to_vector<double>()) {
    all.push_back(std::bit_cast<std::uint64_t>(number));
  }
  return all;
}

// The result and the gradients of all operands, of images enough that three threads take whole
// ones: a convolution of 20 channels to `out`, ReLU, pooling.
std::vector<Tensor> run_pooled(bool in_one_step, Index out, const Conv2dOptions& conv,
                               const Size2& kernel, const MaxPoolOptions& pool, Dtype dtype) {
  Rng rng(5);
  Tensor x = randn({16, 20, 11, 12}, rng, 0, 1, dtype).set_requires_grad();
  Tensor weight = randn({out, 20 / conv.groups, 3, 3}, rng, 0, 1, dtype).set_requires_grad();
  Tensor bias = randn({out}, rng, 0, 1, dtype).set_requires_grad();
  const Tensor y = in_one_step ? conv2d_relu_max_pool2d(x, weight, bias, conv, kernel, pool)
                               : max_pool2d(relu(conv2d(x, weight, bias, conv)), kernel, pool);
  backward(y, {.upstream = randn(y.shape(), rng, 0, 1, dtype)});
  return {y, x.grad(), weight.grad(), bias.grad()};
}

TEST(ConvReluMaxPool, gives_the_bits_of_three_operations) {
  const std::pair<Size2, MaxPoolOptions> pools[] = {
      {2, {}}, {3, {.stride = 2}}, {{3, 2}, {.padding = 1, .dilation = {1, 2}, .ceil_mode = true}}};
  for (const Cpu cpu : {active_cpu(), Cpu::base}) {
    const test::WithCpu with(cpu);
    for (const Index out : {6, 20, 140}) {
      for (const Conv2dOptions& conv :
           {Conv2dOptions{}, {.padding = 1}, {.stride = 2}, {.groups = 2}}) {
        for (const auto& [kernel, pool] : pools) {
          for (const Dtype dtype : {f32, f64}) {
            const auto one = run_pooled(true, out, conv, kernel, pool, dtype);
            const auto three = run_pooled(false, out, conv, kernel, pool, dtype);
            for (std::size_t i = 0; i < one.size(); ++i) {
              EXPECT_EQ(bits(one[i]), bits(three[i])) << out << " " << kernel.h << " " << i;
            }
          }
        }
      }
    }
  }
}

// Where not all gradients are wanted.
TEST(ConvReluMaxPool, gives_those_gradients_that_are_wanted) {
  Rng rng(6);
  const Tensor x = randn({16, 20, 8, 8}, rng);
  const Tensor weight = randn({30, 20, 3, 3}, rng);
  const Tensor bias = randn({30}, rng);
  const auto gradients = [&](bool in_one_step, int wanted) {
    std::vector<Tensor> leaves = {x.clone(), weight.clone(), bias.clone()};
    for (std::size_t i = 0; i < 3; ++i) {
      leaves[i].set_requires_grad(wanted >> i & 1);
    }
    const Tensor y = in_one_step ? conv2d_relu_max_pool2d(leaves[0], leaves[1], leaves[2], {}, 2)
                                 : max_pool2d(relu(conv2d(leaves[0], leaves[1], leaves[2])), 2);
    sum(y * y).backward();
    std::vector<std::vector<float>> all;
    for (const Tensor& leaf : leaves) {
      all.push_back(leaf.grad() ? leaf.grad().to_vector() : std::vector<float>());
    }
    return all;
  };
  for (int wanted = 1; wanted < 8; ++wanted) {
    EXPECT_EQ(gradients(true, wanted), gradients(false, wanted)) << wanted;
  }
}

// Neither a weight for its own gradient, nor images that want none for a bias's.
TEST(Conv, looks_only_at_what_the_gradients_that_are_wanted_need) {
  const Tensor x = ones({2, 3, 4, 4});
  Tensor weight = ones({5, 3, 2, 2}).set_requires_grad();
  const Tensor y = conv2d(x, weight);
  const Tensor pooled = conv2d_relu_max_pool2d(x, weight, {}, {}, 2);
  {
    const NoGrad no_grad;
    copy(weight, full({5, 3, 2, 2}, 2.0));
  }
  sum(y).backward();
  sum(pooled).backward();
  EXPECT_EQ(weight.grad().to_vector(), std::vector<float>(60, 18 + 2));
}

TEST(ConvReluMaxPool, of_nan_is_nan_with_the_gradient_of_three_operations) {
  const auto gradient = [](bool in_one_step) {
    Rng rng(7);
    Tensor x = randn({16, 20, 6, 6}, rng);
    x.mutable_data<float>()[14] = std::nanf("");
    x.set_requires_grad();
    Tensor weight = ones({20, 20, 1, 1}).set_requires_grad();
    const Tensor y = in_one_step ? conv2d_relu_max_pool2d(x, weight, {}, {}, 2)
                                 : max_pool2d(relu(conv2d(x, weight)), 2);
    EXPECT_TRUE(std::isnan(y.to_vector()[4]));
    sum(y).backward();
    return std::pair(bits(x.grad()), bits(weight.grad()));
  };
  EXPECT_EQ(gradient(true), gradient(false));
}

TEST(ThreadsConvReluMaxPool, gives_the_same_bits_for_any_number_of_threads) {
  const auto run_on = [](int threads) {
    const test::WithThreads with(threads);
    std::vector<std::vector<float>> all;
    for (const Tensor& x : run_pooled(true, 40, {}, 2, {}, f32)) {
      all.push_back(x.to_vector());
    }
    return all;
  };
  const auto one = run_on(1);
  EXPECT_EQ(run_on(2), one);
  EXPECT_EQ(run_on(3), one);
}

TEST(ConvRelu, keeps_nan) {
  const Tensor x = full({1, 1, 1, 1}, std::nan(""));
  EXPECT_TRUE(std::isnan(conv2d_relu(x, ones({1, 1, 1, 1})).item()));
}

}  // namespace
}  // namespace gradus
