// Losses at their edges, and what they refuse.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/loss.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nn/labels.h"
#include "support/naive.h"

namespace gradus {
namespace {

using nn::Reduction;
using test::expect_error;
using test::labels;
using Floats = std::vector<float>;

TEST(Losses, are_finite_for_large_finite_logits_and_so_are_their_gradients) {
  for (const double big : {1e4, 1e30}) {
    const auto z = [big] { return tensor({{big, -big, 0}, {-big, big, 1}}).set_requires_grad(); };
    const Tensor yes = tensor({{1, 0, 1}, {0.5, 1, 0}});
    const auto expect_finite = [&](const char* name, const Tensor& x, const Tensor& loss) {
      sum(loss).backward();
      for (const Tensor& t : {loss, x.grad()}) {
        for (const float value : t.to_vector()) {
          EXPECT_TRUE(std::isfinite(value)) << name << " at " << big;
        }
      }
    };
    Tensor x = z();
    expect_finite("bce_with_logits", x, nn::bce_with_logits(x, yes));
    x = z();
    expect_finite("pos_weight", x, nn::bce_with_logits(x, yes, {.pos_weight = tensor({2})}));
    x = z();
    expect_finite("cross_entropy", x,
                  nn::cross_entropy(x, labels({1, 2}), {.label_smoothing = 0.1}));
    x = z();
    expect_finite("probabilities", x, nn::cross_entropy(x, yes));
    x = z();
    expect_finite("huber", x, nn::huber(x, yes));
    x = z();
    expect_finite("smooth_l1", x, nn::smooth_l1(x, yes));
  }
}

TEST(Losses, by_hand) {
  const Tensor x = tensor({0, 2});
  const Tensor y = tensor({0.5, -1});  // d = -0.5, 3
  EXPECT_EQ(nn::l1(x, y, Reduction::none).to_vector(), (Floats{0.5, 3}));
  EXPECT_EQ(nn::smooth_l1(x, y, {.reduction = Reduction::none}).to_vector(), (Floats{0.125, 2.5}));
  EXPECT_EQ(nn::smooth_l1(x, y, {.beta = 0, .reduction = Reduction::sum}).item(), 3.5);
  EXPECT_EQ(nn::huber(x, y, {.delta = 2, .reduction = Reduction::none}).to_vector(),
            (Floats{0.125, 4}));
  EXPECT_NEAR(nn::bce(tensor({0.5}), tensor({1})).item(), std::log(2), 1e-7);
  EXPECT_EQ(nn::bce(tensor({0, 1}), tensor({1, 0}), {.reduction = Reduction::none}).to_vector(),
            (Floats{100, 100}));
  EXPECT_EQ(nn::kl_divergence(tensor({-1, -2}), tensor({1, 0}), {.reduction = Reduction::none})
                .to_vector(),
            (Floats{1, 0}));
}

TEST(KlDivergence, is_zero_for_a_target_of_zero_alone) {
  Tensor x = tensor({-INFINITY, -1, -1}).set_requires_grad();
  Tensor y = tensor({0, -0.5, NAN}).set_requires_grad();
  const Tensor losses = nn::kl_divergence(x, y, {.reduction = Reduction::none});
  sum(losses).backward();
  EXPECT_EQ(losses.to_vector()[0], 0);
  EXPECT_EQ(x.grad().to_vector()[0], 0);
  EXPECT_EQ(y.grad().to_vector()[0], 0);
  EXPECT_EQ(x.grad().to_vector()[1], 0.5);
  EXPECT_TRUE(std::isnan(x.grad().to_vector()[2]));
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_TRUE(std::isnan(losses.to_vector()[i])) << i;
    EXPECT_TRUE(std::isnan(y.grad().to_vector()[i])) << i;
  }
}

TEST(CrossEntropy, of_ignored_rows_is_zero_and_without_a_gradient) {
  Tensor x = tensor({{1, 2}, {INFINITY, -INFINITY}}).set_requires_grad();
  const Tensor loss = nn::cross_entropy(x, labels({0, -100}), {.reduction = Reduction::none});
  EXPECT_EQ(loss.to_vector()[1], 0);
  EXPECT_NEAR(loss.to_vector()[0], std::log(1 + std::exp(1)), 1e-6);
  EXPECT_TRUE(std::isnan(nn::cross_entropy(zeros({2, 3}), labels({-100, -100})).item()));
  Tensor z = zeros({2, 2}).set_requires_grad();
  nn::cross_entropy(z, labels({7, 1}), {.ignore_index = 7}).backward();
  EXPECT_EQ(z.grad().to_vector(), (Floats{0, 0, 0.5, -0.5}));
}

TEST(CrossEntropy, refuses_what_does_not_fit) {
  const Tensor x = zeros({2, 3, 4});
  expect_error<ShapeError>(
      [&] {
        nn::cross_entropy(x, zeros({2, 3}, i64));
      },
      "cross_entropy: class indices must be [2, 4] for scores [2, 3, 4], got "
      "[2, 3]");
  expect_error<ShapeError>(
      [&] {
        nn::cross_entropy(x, zeros({2, 4}));
      },
      "cross_entropy: probabilities must have the shape [2, 3, 4] of the "
      "logits, got [2, 4]");
  expect_error<IndexError>(
      [&] {
        nn::cross_entropy(x, full({2, 4}, 3, i64));
      },
      "cross_entropy: label must be from 0 to 2 for scores of shape "
      "[2, 3, 4], got 3 at position 0 of labels of shape [2, 4]");
  expect_error<ShapeError>(
      [&] {
        nn::cross_entropy(x, zeros({2, 4}, i64), {.weight = ones({4})});
      },
      "cross_entropy: weight must be [classes] for scores [2, 3, 4], got [4]");
  expect_error<ValueError>(
      [&] {
        nn::cross_entropy(x, zeros({2, 4}, i64), {.label_smoothing = 1.5});
      },
      "cross_entropy: label_smoothing must be from 0 to 1, got 1.5");
  expect_error<DtypeError>(
      [] {
        nn::nll(zeros({2, 3}), zeros({2}));
      },
      "nll: class indices must be i64, got f32");
  expect_error<DtypeError>(
      [] {
        nn::nll(zeros({2, 3}, u8), zeros({2}, i64));
      },
      "nll: dtype must be f32 or f64, got u8; convert it with convert(x, f32)");
  expect_error<DtypeError>(
      [] {
        nn::cross_entropy(zeros({2, 3}), zeros({2, 3}, f64));
      },
      "cross_entropy: probabilities must have the dtype f32 of logits, got f64; convert one with "
      "convert(x, dtype)");
  expect_error<ShapeError>([] { nn::nll(zeros({}), zeros({}, i64)); },
                           "nll: scores must be [batch, classes, ...], got []");
}

TEST(Losses, refuse_shapes_that_differ_and_options_out_of_range) {
  const std::string one_shape = ": prediction and target must have one shape, got [3, 1] and [3]";
  const Tensor x = zeros({3, 1});
  const Tensor y = zeros({3});
  expect_error<ShapeError>([&] { nn::l1(x, y); }, "l1" + one_shape);
  expect_error<ShapeError>([&] { nn::smooth_l1(x, y); }, "smooth_l1" + one_shape);
  expect_error<ShapeError>([&] { nn::huber(x, y); }, "huber" + one_shape);
  expect_error<ShapeError>([&] { nn::bce(x, y); }, "bce" + one_shape);
  expect_error<ShapeError>([&] { nn::bce_with_logits(x, y); }, "bce_with_logits" + one_shape);
  expect_error<ShapeError>([&] { nn::kl_divergence(x, y); }, "kl_divergence" + one_shape);
  expect_error<ValueError>([&] { nn::smooth_l1(y, y, {.beta = -1}); },
                           "smooth_l1: beta must be finite and at least 0, got -1");
  expect_error<ValueError>([&] { nn::huber(y, y, {.delta = 0}); },
                           "huber: delta must be finite and above 0, got 0");
  expect_error<ValueError>(
      [] {
        nn::bce(tensor({0.5, 1.5}), zeros({2}));
      },
      "bce: probability must be from 0 to 1, got 1.5 at position 1 of [2]; "
      "use bce_with_logits for logits");
  expect_error<ValueError>([] { nn::bce(tensor({NAN}), zeros({1})); },
                           "bce: probability must be from 0 to 1, got nan at position 0 of [1]; "
                           "use bce_with_logits for logits");
  expect_error<ShapeError>([] { nn::kl_divergence(zeros({}), zeros({}), {.batch_mean = true}); },
                           "kl_divergence: batch_mean needs a batch dimension, got shape []");
}

TEST(Losses, refuse_weights_that_would_stretch_the_losses) {
  const Tensor x = full({3}, 0.5);
  const Tensor y = zeros({3});
  const Tensor column = ones({3, 1});
  expect_error<ShapeError>([&] { nn::bce(x, y, {.weight = column}); },
                           "bce: weight must broadcast to the losses' shape [3], got [3, 1]");
  expect_error<ShapeError>(
      [&] { nn::bce_with_logits(x, y, {.weight = column}); },
      "bce_with_logits: weight must broadcast to the losses' shape [3], got [3, 1]");
  expect_error<ShapeError>(
      [&] { nn::bce_with_logits(x, y, {.pos_weight = column}); },
      "bce_with_logits: pos_weight must broadcast to the losses' shape [3], got [3, 1]");
  expect_error<ShapeError>(
      [&] { nn::bce_with_logits(x, y, {.pos_weight = ones({2})}); },
      "bce_with_logits: pos_weight must broadcast to the losses' shape [3], got [2]");
}

}  // namespace
}  // namespace gradus
