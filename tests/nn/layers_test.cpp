// Linear and Dropout.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;

TEST(Linear, starts_uniform_within_one_over_the_root_of_its_inputs) {
  Rng rng(3);
  const nn::Linear layer(400, 100, rng);
  EXPECT_EQ(layer.weight.shape(), (Shape{100, 400}));
  EXPECT_EQ(layer.bias.shape(), (Shape{100}));
  EXPECT_TRUE(layer.weight.requires_grad());
  EXPECT_TRUE(layer.bias.requires_grad());
  const float bound = 1.0F / 20;
  double sum = 0;
  double squares = 0;
  for (const float w : layer.weight.to_vector()) {
    EXPECT_LT(std::fabs(w), bound * 1.000001F);
    sum += w;
    squares += double(w) * w;
  }
  // 40,000 numbers of variance bound^2 / 3: the mean within 4 deviations, the variance too.
  EXPECT_NEAR(sum / 40000, 0, 4 * bound / std::sqrt(3.0 * 40000));
  EXPECT_NEAR(squares / 40000, bound * bound / 3, 4 * bound * bound * std::sqrt(4.0 / 45 / 40000));
  const std::vector<float> bias = layer.bias.to_vector();
  EXPECT_GT(*std::max_element(bias.begin(), bias.end()), 0.8F * bound);
  EXPECT_LT(*std::min_element(bias.begin(), bias.end()), -0.8F * bound);
}

TEST(Linear, starts_with_the_same_numbers_for_the_same_seed_and_others_for_another) {
  Rng a(3);
  Rng b(3);
  Rng c(4);
  const nn::Linear first(5, 4, a);
  EXPECT_EQ(first.weight.to_vector(), nn::Linear(5, 4, b).weight.to_vector());
  EXPECT_NE(first.weight.to_vector(), nn::Linear(5, 4, c).weight.to_vector());
  EXPECT_NE(first.weight.to_vector(), nn::Linear(5, 4, a).weight.to_vector());
}

TEST(Linear, is_x_times_weight_transposed_plus_bias) {
  Rng rng(1);
  nn::Linear layer(2, 3, rng);
  {
    const NoGrad in_place;
    copy(layer.weight, tensor({{1, 2}, {3, 4}, {5, 6}}));
    copy(layer.bias, tensor({10, 20, 30}));
  }
  EXPECT_EQ(layer(tensor({{1, -1}, {0, 2}})).to_vector(),
            (std::vector<float>{9, 19, 29, 14, 28, 42}));
}

TEST(Linear, takes_any_leading_dimensions) {
  Rng rng(1);
  nn::Linear layer(3, 2, rng);
  EXPECT_EQ(layer(ones({3})).shape(), (Shape{2}));
  EXPECT_EQ(layer(ones({4, 3})).shape(), (Shape{4, 2}));
  EXPECT_EQ(layer(ones({5, 1, 4, 3})).shape(), (Shape{5, 1, 4, 2}));
  EXPECT_EQ(layer(ones({0, 3})).shape(), (Shape{0, 2}));
  EXPECT_EQ(layer(ones({2, 0, 3})).shape(), (Shape{2, 0, 2}));
  const Tensor x = reshape(arange(24, f32), {2, 4, 3});
  EXPECT_EQ(layer(x).to_vector(), layer(reshape(x, {8, 3})).to_vector());
}

TEST(Linear, without_bias_has_one_parameter) {
  Rng rng(1);
  nn::Linear layer(3, 2, rng, false);
  EXPECT_FALSE(layer.bias);
  EXPECT_EQ(layer.parameters().size(), 1u);
  EXPECT_EQ(layer(zeros({4, 3})).to_vector(), std::vector<float>(8, 0));
}

TEST(Linear, refuses_sizes_below_1_and_other_inputs) {
  Rng rng(1);
  expect_error<ValueError>([&] { nn::Linear(0, 2, rng); },
                           "Linear: in and out must be at least 1, got 0 and 2");
  expect_error<ValueError>([&] { nn::Linear(2, -1, rng); },
                           "Linear: in and out must be at least 1, got 2 and -1");
  nn::Linear layer(3, 2, rng);
  expect_error<ShapeError>(
      [&] {
        layer(zeros({4, 2}));
      },
      "linear: x must be [..., in] and weight [out, in], got [4, 2] and [2, 3]");
}

TEST(Dropout, drops_a_share_of_p_and_scales_what_is_kept) {
  Rng rng(5);
  nn::Dropout drop(0.3, rng);
  const Index n = 100'000;
  Index dropped = 0;
  for (const float y : drop(ones({n})).to_vector()) {
    dropped += y == 0;
    EXPECT_TRUE(y == 0 || y == float(1 / 0.7));
  }
  // Binomial: five deviations.
  EXPECT_NEAR(double(dropped), 0.3 * n, 5 * std::sqrt(0.3 * 0.7 * n));
}

TEST(Dropout, drops_neighbours_independently) {
  Rng rng(5);
  nn::Dropout drop(0.5, rng);
  const Index n = 100'000;
  const std::vector<float> y = drop(ones({n})).to_vector();
  Index both = 0;
  for (std::size_t i = 1; i < y.size(); ++i) {
    both += y[i] == 0 && y[i - 1] == 0;
  }
  EXPECT_NEAR(double(both), 0.25 * n, 5 * std::sqrt(0.25 * 0.75 * n) * 1.5);
}

TEST(Dropout, has_the_same_masks_for_the_same_seed_and_another_at_each_call) {
  Rng a(5);
  Rng b(5);
  nn::Dropout first(0.5, a);
  nn::Dropout second(0.5, b);
  nn::Dropout sibling(0.5, a);
  const Tensor x = ones({64});
  const std::vector<float> mask = first(x).to_vector();
  EXPECT_EQ(second(x).to_vector(), mask);
  EXPECT_NE(first(x).to_vector(), mask);
  EXPECT_NE(sibling(x).to_vector(), mask);
}

TEST(Dropout, gives_the_gradient_the_mask_of_the_forward_pass) {
  Rng rng(5);
  nn::Dropout drop(0.5, rng);
  const Tensor x = ones({64}).set_requires_grad();
  const Tensor y = drop(x);
  sum(y).backward();
  EXPECT_EQ(x.grad().to_vector(), y.to_vector());
}

TEST(Dropout, changes_nothing_in_evaluation_and_with_p_0) {
  Rng rng(5);
  nn::Dropout drop(0.5, rng);
  const Tensor x = tensor({1, 2, 3});
  drop.eval();
  EXPECT_EQ(drop(x).to_vector(), x.to_vector());
  nn::Dropout none(0, rng);
  EXPECT_EQ(none(x).to_vector(), x.to_vector());
}

TEST(Dropout, with_p_1_gives_zeros_and_zero_gradients) {
  Rng rng(5);
  nn::Dropout all(1, rng);
  const Tensor x = ones({50}).set_requires_grad();
  const Tensor y = all(x);
  EXPECT_EQ(y.to_vector(), std::vector<float>(50, 0));
  sum(y).backward();
  EXPECT_EQ(x.grad().to_vector(), std::vector<float>(50, 0));
}

TEST(Dropout, refuses_p_outside_0_to_1) {
  Rng rng(5);
  expect_error<ValueError>([&] { nn::Dropout(-0.1, rng); },
                           "Dropout: p must be from 0 to 1, got -0.1");
  expect_error<ValueError>([&] { nn::Dropout(1.5, rng); },
                           "Dropout: p must be from 0 to 1, got 1.5");
  expect_error<ValueError>([&] { nn::Dropout(NAN, rng); },
                           "Dropout: p must be from 0 to 1, got nan");
}

}  // namespace
}  // namespace gradus
