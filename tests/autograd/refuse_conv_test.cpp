// What convolutions and pooling refuse, and the exact words.
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/pool.h>
#include <gtest/gtest.h>

#include "support/naive.h"
#include "support/refusals.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kUndefined;
using test::leaf;

const Tensor kImages = zeros({2, 4, 5, 6});
const Tensor kWeight = zeros({6, 4, 3, 3});

TEST(Refuse, convolutions_of_shapes_that_do_not_fit) {
  const std::string shapes =
      "conv2d: x must be [batch, channels, height, width] and weight [out, channels / groups, "
      "kernel height, kernel width], got ";
  expect_error<ShapeError>([&] { conv2d(leaf(4, 5, 6), kWeight); },
                           shapes + "[4, 5, 6] and [6, 4, 3, 3]");
  expect_error<ShapeError>([&] { conv2d(kImages, leaf(6, 4, 3)); },
                           shapes + "[2, 4, 5, 6] and [6, 4, 3]");
  expect_error<ShapeError>([&] { conv2d(leaf(2, 4, 0, 6), kWeight); },
                           "conv2d: no size but the batch may be 0, got x [2, 4, 0, 6] and weight "
                           "[6, 4, 3, 3]");
  expect_error<ShapeError>([&] { conv2d(kImages, leaf(6, 4, 0, 3)); },
                           "conv2d: no size but the batch may be 0, got x [2, 4, 5, 6] and weight "
                           "[6, 4, 0, 3]");
  expect_error<ShapeError>([&] { conv2d(leaf(2, 3, 5, 6), kWeight); },
                           "conv2d: channels of x must be groups times those of weight, got x "
                           "[2, 3, 5, 6], weight [6, 4, 3, 3] and groups 1");
  expect_error<ShapeError>([&] { conv2d(leaf(2, 12, 5, 6), leaf(8, 4, 3, 3), {}, {.groups = 3}); },
                           "conv2d: groups must divide the out channels of weight, got 3 and "
                           "[8, 4, 3, 3]");
  expect_error<ShapeError>([&] { conv2d(kImages, kWeight, leaf(4)); },
                           "conv2d: bias must be [6] for weight [6, 4, 3, 3], got [4]");
  expect_error<ShapeError>([&] { conv2d_relu(kImages, kWeight, leaf(4)); },
                           "conv2d_relu: bias must be [6] for weight [6, 4, 3, 3], got [4]");
  expect_error<ShapeError>([&] { conv2d_relu(leaf(2, 3, 5, 6), kWeight); },
                           "conv2d_relu: channels of x must be groups times those of weight, got x "
                           "[2, 3, 5, 6], weight [6, 4, 3, 3] and groups 1");
  expect_error<ShapeError>([&] { conv2d_relu_max_pool2d(kImages, kWeight, leaf(4), {}, 2); },
                           "conv2d_relu_max_pool2d: bias must be [6] for weight [6, 4, 3, 3], got "
                           "[4]");
  expect_error<ShapeError>(
      [&] { conv2d_relu_max_pool2d(kImages, kWeight, {}, {}, 5); },
      "conv2d_relu_max_pool2d, pooling: kernel must fit into the padded input, got "
      "kernel [5, 5] with dilation [1, 1] on [2, 6, 3, 4] with padding [0, 0]");
  expect_error<DtypeError>(
      [&] {
        conv2d(kImages, zeros({6, 4, 3, 3}, f64));
      },
      "conv2d: operands must have one dtype, got f32 and f64; convert one "
      "with convert(x, dtype)");
  expect_error<DtypeError>([&] { conv2d(kImages, kWeight, zeros({6}, f64)); },
                           "conv2d: bias must have the dtype f32 of weight, got f64; convert one "
                           "with convert(x, dtype)");
  expect_error<DtypeError>(
      [&] {
        conv2d(zeros({1, 1, 3, 3}, i64), zeros({1, 1, 2, 2}, i64));
      },
      "conv2d: dtype must be f32 or f64, got i64; convert it with convert(x, "
      "f32)");
  expect_error<ValueError>([&] { conv2d(Tensor(), kWeight); }, kUndefined);
}

TEST(Refuse, convolutions_with_options_out_of_range) {
  const std::string least = " must be from 1 to 2147483647, got ";
  expect_error<ValueError>([&] { conv2d(kImages, kWeight, {}, {.stride = 0}); },
                           "conv2d: stride" + least + "[0, 0]");
  expect_error<ValueError>(
      [&] {
        conv2d(kImages, kWeight, {}, {.stride = {1, -2}});
      },
      "conv2d: stride" + least + "[1, -2]");
  expect_error<ValueError>(
      [&] {
        conv2d(kImages, kWeight, {}, {.dilation = {0, 1}});
      },
      "conv2d: dilation" + least + "[0, 1]");
  expect_error<ValueError>([&] { conv2d(kImages, kWeight, {}, {.padding = -1}); },
                           "conv2d: padding must be from 0 to 2147483647, got [-1, -1]");
  expect_error<ValueError>([&] { conv2d(kImages, kWeight, {}, {.groups = 0}); },
                           "conv2d: groups must be at least 1, got 0");
  expect_error<ShapeError>([&] { conv2d(leaf(1, 4, 2, 9), kWeight); },
                           "conv2d: kernel must fit into the padded input, got kernel [3, 3] with "
                           "dilation [1, 1] on [1, 4, 2, 9] with padding [0, 0]");
  expect_error<ShapeError>(
      [&] {
        conv2d(kImages, kWeight, {}, {.padding = {1, 0}, .dilation = {2, 3}});
      },
      "conv2d: kernel must fit into the padded input, got kernel [3, 3] with dilation [2, 3] on "
      "[2, 4, 5, 6] with padding [1, 0]");
  expect_error<ShapeError>(
      [&] { conv2d(kImages, kWeight, {}, {.dilation = 0x7fffffff}); },
      "conv2d: kernel must fit into the padded input, got kernel [3, 3] with dilation "
      "[2147483647, 2147483647] on [2, 4, 5, 6] with padding [0, 0]");
}

TEST(Refuse, convolutions_of_one_dimension_in_its_own_words) {
  expect_error<ShapeError>([&] { conv1d(kImages, leaf(6, 4, 3)); },
                           "conv1d: x must be [batch, channels, length] and weight [out, channels "
                           "/ groups, kernel], got [2, 4, 5, 6] and [6, 4, 3]");
  expect_error<ShapeError>([&] { conv1d(leaf(2, 4, 5), leaf(6, 4, 6)); },
                           "conv1d: kernel must fit into the padded input, got kernel 6 with "
                           "dilation 1 on [2, 4, 5] with padding 0");
  expect_error<ValueError>([&] { conv1d(leaf(2, 4, 5), leaf(6, 4, 3), {}, {.stride = 0}); },
                           "conv1d: stride must be from 1 to 2147483647, got 0");
}

TEST(Refuse, transposed_convolutions_that_do_not_fit) {
  const Tensor weight = leaf(4, 2, 3, 3);
  expect_error<ShapeError>([&] { conv_transpose2d(kImages, kWeight); },
                           "conv_transpose2d: channels of x must be the first size of weight, got "
                           "x [2, 4, 5, 6] and weight [6, 4, 3, 3]");
  expect_error<ShapeError>([&] { conv_transpose2d(kImages, weight, {}, {.groups = 3}); },
                           "conv_transpose2d: groups must divide the channels of x, got 3 and "
                           "[2, 4, 5, 6]");
  expect_error<ShapeError>([&] { conv_transpose2d(kImages, weight, leaf(4)); },
                           "conv_transpose2d: bias must be [2] for weight [4, 2, 3, 3], got [4]");
  expect_error<ValueError>(
      [&] {
        conv_transpose2d(kImages, weight, {}, {.stride = 2, .output_padding = {0, 2}});
      },
      "conv_transpose2d: output_padding must be at least 0 and below stride or dilation, got "
      "[0, 2] with stride [2, 2] and dilation [1, 1]");
  expect_error<ShapeError>([&] { conv_transpose2d(leaf(1, 4, 1, 1), weight, {}, {.padding = 2}); },
                           "conv_transpose2d: padding must leave an output of at least 1, got "
                           "output [-1, -1] of x [1, 4, 1, 1], weight [4, 2, 3, 3] and padding "
                           "[2, 2]");
  expect_error<ValueError>([&] { conv_transpose2d(kImages, weight, {}, {.dilation = 0}); },
                           "conv_transpose2d: dilation must be from 1 to 2147483647, got [0, 0]");
}

TEST(Refuse, pooling_that_does_not_fit) {
  expect_error<ShapeError>([&] { max_pool2d(leaf(4, 5, 6), 2); },
                           "max_pool2d: x must be [batch, channels, height, width], got [4, 5, 6]");
  expect_error<ShapeError>([&] { avg_pool2d(leaf(1, 0, 5, 6), 2); },
                           "avg_pool2d: no size of x but the batch may be 0, got [1, 0, 5, 6]");
  expect_error<ValueError>(
      [&] {
        max_pool2d(kImages, {0, 2});
      },
      "max_pool2d: kernel must be from 1 to 2147483647, got [0, 2]");
  expect_error<ValueError>([&] { max_pool2d(kImages, 2, {.stride = 0}); },
                           "max_pool2d: stride must be from 1 to 2147483647, got [0, 0]");
  expect_error<ValueError>([&] { max_pool2d(kImages, 2, {.dilation = -1}); },
                           "max_pool2d: dilation must be from 1 to 2147483647, got [-1, -1]");
  expect_error<ValueError>(
      [&] {
        max_pool2d(kImages, {3, 4}, {.padding = 2});
      },
      "max_pool2d: padding must be at most half of the kernel, got padding "
      "[2, 2] and kernel [3, 4]");
  expect_error<ShapeError>(
      [&] {
        avg_pool2d(kImages, {6, 2});
      },
      "avg_pool2d: kernel must fit into the padded input, got kernel [6, 2] "
      "with dilation [1, 1] on [2, 4, 5, 6] with padding [0, 0]");
  expect_error<ShapeError>(
      [&] { max_pool2d(leaf(1, 1, 4, 4), 2, {.padding = 1, .dilation = 5}); },
      "max_pool2d: every window must see a part of the image, got dilation [5, 5] and padding "
      "[1, 1] on [1, 1, 4, 4]");
  expect_error<ValueError>(
      [&] {
        adaptive_avg_pool2d(kImages, {0, 3});
      },
      "adaptive_avg_pool2d: output must be from 1 to 67108864, got [0, 3] for x "
      "[2, 4, 5, 6]");
  expect_error<ValueError>(
      [&] {
        adaptive_avg_pool2d(kImages, {2, 67108865});
      },
      "adaptive_avg_pool2d: output must be from 1 to 67108864, got "
      "[2, 67108865] for x [2, 4, 5, 6]");
  expect_error<ShapeError>([&] { avg_pool2d(leaf(0, 1, 2, 67108865), 1); },
                           "avg_pool2d: images must have at most 67108864 places along a side, got "
                           "[0, 1, 2, 67108865]");
  expect_error<ShapeError>([&] { adaptive_avg_pool2d(leaf(4), 1); },
                           "adaptive_avg_pool2d: x must be [batch, channels, height, width], got "
                           "[4]");
  expect_error<DtypeError>(
      [&] {
        max_pool2d(zeros({1, 1, 2, 2}, u8), 2);
      },
      "max_pool2d: dtype must be f32 or f64, got u8; convert it with "
      "convert(x, f32)");
  expect_error<DtypeError>(
      [&] {
        avg_pool2d(zeros({1, 1, 2, 2}, i64), 2);
      },
      "avg_pool2d: dtype must be f32 or f64, got i64; convert it with "
      "convert(x, f32)");
  expect_error<ShapeError>([&] { max_pool1d(leaf(2, 3), 2); },
                           "max_pool1d: x must be [batch, channels, length], got [2, 3]");
  expect_error<ShapeError>([&] { avg_pool1d(leaf(1, 2, 3), 4); },
                           "avg_pool1d: kernel must fit into the padded input, got kernel 4 with "
                           "dilation 1 on [1, 2, 3] with padding 0");
  expect_error<ValueError>([&] { avg_pool1d(leaf(1, 2, 3), 2, {.padding = 2}); },
                           "avg_pool1d: padding must be at most half of the kernel, got padding 2 "
                           "and kernel 2");
}

}  // namespace
}  // namespace gradus
