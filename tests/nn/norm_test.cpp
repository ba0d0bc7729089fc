// Normalisation against values by hand and of PyTorch, and what it refuses.
#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/view.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/group_norm.h>
#include <gradus/nn/layer_norm.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"
#include "support/recorded_ops.h"

namespace gradus {
namespace {

using test::expect_error;
using Floats = std::vector<float>;
using Tensors = std::vector<Tensor>;

template <class Layer>
Tensor with(Layer layer, const Tensors& x) {
  layer.weight = x[1];
  layer.bias = x[2];
  return layer(x[0]);
}

const test::NamedOps kNormOps = {
    {"batch_norm", [](const Tensors& x) { return with(nn::BatchNorm1d(3), x); }},
    {"batch_norm_of_images", [](const Tensors& x) { return with(nn::BatchNorm2d(3), x); }},
    {"batch_norm_running",
     [](const Tensors& x) {
       nn::BatchNorm1d layer(3, {.momentum = 0.25, .affine = false});
       layer.running_mean = convert(layer.running_mean, x[0].dtype());
       layer.running_var = convert(layer.running_var, x[0].dtype());
       layer(x[0]);
       Tensor both({6}, x[0].dtype());
       copy(core::slice(both, 0, 0, 3), layer.running_mean);
       copy(core::slice(both, 0, 3, 6), layer.running_var);
       return sum(x[0]) * 0 + both;
     }},
    {"batch_norm_evaluated",
     [](const Tensors& x) {
       nn::BatchNorm1d layer(3);
       layer.running_mean = convert(tensor({0.5, -1, 2}), x[0].dtype());
       layer.running_var = convert(tensor({0.5, 2, 1.5}), x[0].dtype());
       layer.eval();
       return with(layer, x);
     }},
    {"group_norm", [](const Tensors& x) { return with(nn::GroupNorm(2, 4), x); }},
    {"layer_norm_of_two_dimensions",
     [](const Tensors& x) {
       return with(nn::LayerNorm(Shape{3, 2}), x);
     }},
    {"layer_norm_without_bias",
     [](const Tensors& x) {
       nn::LayerNorm layer(4, {.bias = false});
       layer.weight = x[1];
       return layer(x[0]);
     }},
    {"layer_norm_alone",
     [](const Tensors& x) {
       return nn::LayerNorm(Shape{3, 2}, {.affine = false})(x[0]);
     }},
    {"group_norm_alone", [](const Tensors& x) { return nn::GroupNorm(2, 4, 1e-5, false)(x[0]); }},
    {"rms_norm", [](const Tensors& x) {
       nn::RMSNorm layer(5, 1e-5);
       layer.weight = x[1];
       return layer(x[0]);
     }}};

TEST(TorchNorms, values_and_gradients_agree) {
  test::expect_ops_as_recorded("ops_norms.txt", kNormOps);
}

TEST(BatchNorm, running_statistics_are_shares_of_what_the_batches_had) {
  nn::BatchNorm1d layer(1, {.momentum = 0.5});
  layer(tensor({{1}, {3}}));  // mean 2, unbiased variance 2
  EXPECT_EQ(layer.running_mean.to_vector(), Floats{1});
  EXPECT_EQ(layer.running_var.to_vector(), Floats{1.5});
  layer(tensor({{4}, {8}}));  // mean 6, variance 8
  EXPECT_EQ(layer.running_mean.to_vector(), Floats{3.5});
  EXPECT_EQ(layer.running_var.to_vector(), Floats{4.75});
  EXPECT_EQ(layer.num_batches_tracked.item(), 2);
}

TEST(BatchNorm, without_momentum_takes_the_plain_mean) {
  nn::BatchNorm1d layer(1, {.momentum = {}});
  for (const double x : {1.0, 2.0, 6.0}) {
    layer(tensor({{x - 1}, {x + 1}}));
  }
  EXPECT_NEAR(layer.running_mean.item(), 3, 1e-6);
  EXPECT_NEAR(layer.running_var.item(), 2, 1e-6);
}

TEST(BatchNorm, that_refuses_a_batch_keeps_its_running_statistics) {
  nn::BatchNorm1d layer(2);
  const auto expect_untouched = [&] {
    EXPECT_EQ(layer.running_mean.to_vector(), (Floats{0, 0}));
    EXPECT_EQ(layer.running_var.to_vector(), (Floats{1, 1}));
    EXPECT_EQ(layer.num_batches_tracked.item(), 0);
  };
  const Tensor x = tensor({{1, 2}, {3, 5}});
  expect_error<DtypeError>([&] { layer(convert(x, f64)); },
                           "BatchNorm1d: x must have the dtype f32 of weight, got f64; convert one "
                           "with convert(x, dtype)");
  expect_untouched();
  expect_error<DtypeError>(
      [&] { layer(convert(x, i64)); },
      "BatchNorm1d: x must be f32 or f64, got i64; convert it with convert(x, f32)");
  expect_untouched();
  layer.bias = zeros({2}, f64);
  expect_error<DtypeError>([&] { layer(x); },
                           "BatchNorm1d: bias must have the dtype f32 of weight, got f64; convert "
                           "one with convert(x, dtype)");
  expect_untouched();
  layer.bias = zeros({3});
  EXPECT_THROW(layer(x), ShapeError);
  expect_untouched();
}

TEST(BatchNorm, in_evaluation_uses_and_keeps_the_running_statistics) {
  nn::BatchNorm1d layer(1, {.eps = 1, .affine = false});
  layer.running_mean = tensor({2});
  layer.running_var = tensor({3});
  layer.eval();
  EXPECT_EQ(layer(tensor({{4}})).to_vector(), Floats{1});
  EXPECT_EQ(layer.num_batches_tracked.item(), 0);
  EXPECT_TRUE(layer.parameters().empty());
}

TEST(BatchNorm, counts_a_batch_once_although_a_checkpoint_runs_it_twice) {
  nn::BatchNorm1d layer(1);
  Tensor x = tensor({{1}, {3}}).set_requires_grad();
  const Tensor y = checkpoint([&](const Tensors& in) { return layer(in[0]); }, {x});
  sum(y * y).backward();
  EXPECT_EQ(layer.num_batches_tracked.item(), 1);
}

TEST(Norms, refuse_what_does_not_fit) {
  nn::BatchNorm1d one(3);
  nn::BatchNorm2d two(3);
  expect_error<ShapeError>(
      [&] {
        one(zeros({1, 3}));
      },
      "BatchNorm1d: training needs more than one value for each channel, got "
      "shape [1, 3]; use eval(), or a larger batch");
  expect_error<ShapeError>(
      [&] {
        one(zeros({2, 4}));
      },
      "BatchNorm1d: x must be [batch, channels] or [batch, channels, length] "
      "with 3 channels, got [2, 4]");
  expect_error<ShapeError>(
      [&] {
        two(zeros({2, 3}));
      },
      "BatchNorm2d: x must be [batch, channels, height, width] with 3 "
      "channels, got [2, 3]");
  EXPECT_EQ(one.num_batches_tracked.item(), 0);
  expect_error<ValueError>([] { nn::BatchNorm1d(0); },
                           "BatchNorm1d: channels must be at least 1, got 0");
  expect_error<ValueError>([] { nn::BatchNorm2d(2, {.momentum = 1.5}); },
                           "BatchNorm2d: momentum must be from 0 to 1, got 1.5");
  expect_error<ValueError>([] { nn::GroupNorm(2, 3); },
                           "GroupNorm: groups must divide channels, got 2 and 3");
  expect_error<ShapeError>(
      [] {
        nn::GroupNorm(1, 3)(zeros({2, 4}));
      },
      "GroupNorm: x must be [batch, channels, ...] with 3 channels, got [2, 4]");
  expect_error<ValueError>(
      [] { nn::RMSNorm(0); },
      "RMSNorm: n must be at least 1 and eps positive, got 0 and 1.1920928955078125e-07");
  expect_error<ShapeError>(
      [] {
        nn::RMSNorm(3)(zeros({2, 4}));
      },
      "RMSNorm: x must be [..., n] with n = 3, got [2, 4]");
}

}  // namespace
}  // namespace gradus
