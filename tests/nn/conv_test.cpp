// Layers of convolutions and pooling.
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;

void expect_uniform(const Tensor& x, double bound) {
  double squares = 0;
  double largest = 0;
  for (const float value : x.to_vector()) {
    squares += double(value) * value;
    largest = std::max(largest, std::fabs(double(value)));
  }
  const auto n = double(x.numel());
  EXPECT_LE(largest, bound * 1.000001);
  EXPECT_GT(largest, bound * 0.8);
  EXPECT_NEAR(squares / n, bound * bound / 3, 4 * bound * bound * std::sqrt(4.0 / 45 / n));
}

TEST(Conv2d, has_pytorchs_shapes_and_starts_within_one_over_the_root_of_what_it_sees) {
  Rng rng(1);
  nn::Conv2d conv(8, 30, {3, 5}, {.groups = 2}, rng);
  EXPECT_EQ(conv.weight.shape(), (Shape{30, 4, 3, 5}));
  EXPECT_EQ(conv.bias.shape(), (Shape{30}));
  expect_uniform(conv.weight, 1 / std::sqrt(60.0));
  expect_uniform(conv.bias, 1 / std::sqrt(60.0));
  EXPECT_EQ(conv.parameters().front().name, "weight");
  EXPECT_EQ(conv.num_parameters(), 30 * 60 + 30);
  EXPECT_EQ(conv(zeros({2, 8, 6, 7})).shape(), (Shape{2, 30, 4, 3}));
}

TEST(Conv1d, has_pytorchs_shapes_and_starts_within_one_over_the_root_of_what_it_sees) {
  Rng rng(1);
  nn::Conv1d conv(6, 40, 5, {.stride = 2, .groups = 2}, rng, false);
  EXPECT_EQ(conv.weight.shape(), (Shape{40, 3, 5}));
  EXPECT_FALSE(conv.bias);
  expect_uniform(conv.weight, 1 / std::sqrt(15.0));
  EXPECT_EQ(conv(zeros({2, 6, 9})).shape(), (Shape{2, 40, 3}));
}

// PyTorch counts fan_in as the second size of the weight times the kernel, here too.
TEST(ConvTranspose2d, has_pytorchs_shapes_and_start) {
  Rng rng(1);
  nn::ConvTranspose2d conv(4, 20, 3, {.stride = 2, .padding = 1, .output_padding = 1}, rng);
  EXPECT_EQ(conv.weight.shape(), (Shape{4, 20, 3, 3}));
  EXPECT_EQ(conv.bias.shape(), (Shape{20}));
  expect_uniform(conv.weight, 1 / std::sqrt(180.0));
  EXPECT_EQ(conv(zeros({2, 4, 5, 6})).shape(), (Shape{2, 20, 10, 12}));
}

TEST(PoolLayers, are_their_functions) {
  Rng rng(1);
  const Tensor x = randn({2, 3, 6, 6}, rng);
  nn::Sequential net(nn::MaxPool2d(2), nn::AvgPool2d(2, {.stride = 1}), nn::AdaptiveAvgPool2d(1));
  const Tensor y = adaptive_avg_pool2d(avg_pool2d(max_pool2d(x, 2), 2, {.stride = 1}), 1);
  EXPECT_EQ(net(x).shape(), (Shape{2, 3, 1, 1}));
  EXPECT_EQ(net(x).to_vector(), y.to_vector());
  EXPECT_EQ(net.num_parameters(), 0);
}

TEST(ConvLayers, refuse_sizes_below_one_and_groups_that_do_not_divide) {
  Rng rng(1);
  expect_error<ValueError>([&] { nn::Conv2d(0, 4, 3, rng); },
                           "Conv2d: in and out must be at least 1, got 0 and 4");
  expect_error<ValueError>(
      [&] {
        nn::Conv2d(3, 4, {3, 0}, rng);
      },
      "Conv2d: kernel must be at least 1, got [3, 0]");
  expect_error<ValueError>([&] { nn::Conv2d(6, 4, 3, {.groups = 3}, rng); },
                           "Conv2d: groups must be at least 1 and divide in and out, got 3 for 6 "
                           "and 4");
  expect_error<ValueError>([&] { nn::Conv1d(6, 0, 3, rng); },
                           "Conv1d: in and out must be at least 1, got 6 and 0");
  expect_error<ValueError>([&] { nn::Conv1d(6, 4, 3, {.groups = 0}, rng); },
                           "Conv1d: groups must be at least 1 and divide in and out, got 0 for 6 "
                           "and 4");
  expect_error<ValueError>([&] { nn::ConvTranspose2d(6, -1, 3, rng); },
                           "ConvTranspose2d: in and out must be at least 1, got 6 and -1");
  expect_error<ValueError>([&] { nn::ConvTranspose2d(6, 3, 3, {.groups = 2}, rng); },
                           "ConvTranspose2d: groups must be at least 1 and divide in and out, got "
                           "2 for 6 and 3");
}

TEST(ConvLayers, refuse_images_that_do_not_fit_their_kernel) {
  Rng rng(1);
  nn::Conv2d conv(3, 4, 5, rng);
  expect_error<ShapeError>(
      [&] {
        conv(zeros({1, 2, 8, 8}));
      },
      "conv2d: channels of x must be groups times those of weight, got x "
      "[1, 2, 8, 8], weight [4, 3, 5, 5] and groups 1");
  nn::MaxPool2d pool(3);
  expect_error<ShapeError>(
      [&] {
        pool(zeros({1, 2, 2, 8}));
      },
      "max_pool2d: kernel must fit into the padded input, got kernel [3, 3] "
      "with dilation [1, 1] on [1, 2, 2, 8] with padding [0, 0]");
}

}  // namespace
}  // namespace gradus
