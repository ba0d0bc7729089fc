#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/loss.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nn/labels.h"
#include "support/limits.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kInf;
using test::labels;

Tensor logits(const std::vector<double>& values, Dtype dtype = f64) {
  return convert(from_vector(values, {1, static_cast<Index>(values.size())}), dtype);
}

TEST(CrossEntropy, is_the_mean_over_rows_of_minus_the_log_probability) {
  // Row 1: e^0 : e^0 : e^0.  Row 2: ln 1 : ln 2 : ln 5, so that probabilities are 1/8, 2/8, 5/8.
  const Tensor x = from_vector<double>({7, 7, 7, 0, std::log(2), std::log(5)}, {2, 3});
  const double loss = nn::cross_entropy(x, labels({1, 2})).item();
  EXPECT_NEAR(loss, (std::log(3) + std::log(8.0 / 5)) / 2, 1e-15);
}

TEST(CrossEntropy, gradient_is_softmax_minus_one_hot_over_the_batch) {
  Tensor x = from_vector<double>({0, std::log(2), std::log(5), 0, 0, 0}, {2, 3});
  x.set_requires_grad();
  nn::cross_entropy(x, labels({2, 0})).backward();
  const std::vector<double> expected = {1.0 / 16, 2.0 / 16, -3.0 / 16, -1.0 / 3, 1.0 / 6, 1.0 / 6};
  const std::vector<double> found = x.grad().to_vector<double>();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], 1e-15) << i;
  }
}

TEST(CrossEntropy, of_large_finite_logits_is_exact) {
  for (const Dtype dtype : {f32, f64}) {
    const double big = dtype == f32 ? 1e30F : 1e300;
    // Equal logits: ln 2, however large they are.
    EXPECT_NEAR(nn::cross_entropy(logits({big, big}, dtype), labels({0})).item(), std::log(2),
                1e-7);
    EXPECT_EQ(nn::cross_entropy(logits({big, -big}, dtype), labels({0})).item(), 0);
    EXPECT_EQ(nn::cross_entropy(logits({big, 0}, dtype), labels({1})).item(), big);
    EXPECT_EQ(nn::cross_entropy(logits({-big, 0}, dtype), labels({0})).item(), big);
    Tensor x = logits({big, -big, 0}, dtype);
    x.set_requires_grad();
    nn::cross_entropy(x, labels({1})).backward();
    EXPECT_EQ(convert(x.grad(), f64).to_vector<double>(), (std::vector<double>{1, -1, 0}));
  }
}

TEST(CrossEntropy, keeps_small_losses_beside_large_logits) {
  // ln(1 + e^-20) = 2.06e-9 is lost if ln(sum) and the largest logit are added up first.
  const double loss = nn::cross_entropy(logits({1e9, 1e9 - 20}), labels({0})).item();
  EXPECT_NEAR(loss, std::log1p(std::exp(-20)), 1e-15);
}

TEST(CrossEntropy, follows_infinite_and_undefined_logits) {
  EXPECT_EQ(nn::cross_entropy(logits({0, -kInf}), labels({0})).item(), 0);
  EXPECT_EQ(nn::cross_entropy(logits({0, -kInf}), labels({1})).item(), kInf);
  EXPECT_TRUE(std::isnan(nn::cross_entropy(logits({0, NAN, 1}), labels({0})).item()));
  EXPECT_TRUE(std::isnan(nn::cross_entropy(logits({NAN, 0, 1}), labels({1})).item()));
  EXPECT_TRUE(std::isnan(nn::cross_entropy(logits({kInf, 0}), labels({1})).item()));
}

TEST(CrossEntropy, of_an_empty_batch_is_nan) {
  EXPECT_TRUE(std::isnan(nn::cross_entropy(zeros({0, 3}), zeros({0}, i64)).item()));
}

TEST(CrossEntropy, takes_strided_logits_and_labels) {
  const Tensor x = from_vector<double>({1, 2, 3, 4, 5, 7}, {3, 2});
  const Tensor wide = from_vector<std::int64_t>({2, 9, 0, 9}, {4});
  const Tensor dense = from_vector<double>({1, 3, 5, 2, 4, 7}, {2, 3});
  EXPECT_EQ(nn::cross_entropy(transpose(x, 0, 1), slice(wide, 0, 0, 4, 2)).item(),
            nn::cross_entropy(dense, labels({2, 0})).item());
}

TEST(CrossEntropy, refuses_labels_that_are_no_class) {
  const Tensor x = zeros({3, 4});
  expect_error<IndexError>(
      [&] {
        nn::cross_entropy(x, labels({0, 4, 1}));
      },
      "cross_entropy: label must be from 0 to 3 for logits of shape [3, 4], got 4 in row 1");
  expect_error<IndexError>(
      [&] {
        nn::cross_entropy(x, labels({0, 3, -1}));
      },
      "cross_entropy: label must be from 0 to 3 for logits of shape [3, 4], got -1 in row 2");
  expect_error<IndexError>(
      [&] {
        nn::cross_entropy(x, labels({INT64_MIN, 0, 0}));
      },
      "cross_entropy: label must be from 0 to 3 for logits of shape [3, 4], got "
      "-9223372036854775808 in row 0");
}

TEST(CrossEntropy, refuses_other_shapes_and_dtypes) {
  expect_error<ShapeError>(
      [] {
        nn::cross_entropy(zeros({3, 4}), zeros({4}, i64));
      },
      "cross_entropy: logits must be [batch, classes] and labels [batch], got [3, 4] and [4]");
  expect_error<ShapeError>([] { nn::cross_entropy(zeros({3}), zeros({3}, i64)); },
                           "cross_entropy: class indices must be [] for scores [3], got [3]");
  expect_error<ShapeError>(
      [] {
        nn::cross_entropy(zeros({3, 0}), zeros({3}, i64));
      },
      "cross_entropy: tensor must be [..., classes] with at least one class, got [3, 0]");
  expect_error<ShapeError>(
      [] {
        nn::cross_entropy(zeros({3, 4}), zeros({3}));
      },
      "cross_entropy: probabilities must have the shape [3, 4] of the logits, got [3]");
  expect_error<DtypeError>(
      [] {
        nn::cross_entropy(zeros({3, 4}, i64), zeros({3}, i64));
      },
      "cross_entropy: dtype must be f32 or f64, got i64; convert it with convert(x, f32)");
}

TEST(Mse, is_the_mean_of_squared_differences) {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  const Tensor y = tensor({{1, 0}, {6, 4}});
  EXPECT_EQ(nn::mse(x, y).item(), 13.0 / 4);
  EXPECT_TRUE(std::isnan(nn::mse(zeros({0}), zeros({0})).item()));
}

TEST(Mse, gradients_are_twice_the_difference_over_the_count) {
  Tensor x = tensor({1, 2});
  Tensor y = tensor({4, 0});
  x.set_requires_grad();
  y.set_requires_grad();
  nn::mse(x, y).backward();
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{-3, 2}));
  EXPECT_EQ(y.grad().to_vector(), (std::vector<float>{3, -2}));
}

TEST(Mse, refuses_to_broadcast) {
  expect_error<ShapeError>(
      [] {
        nn::mse(zeros({3, 1}), zeros({3}));
      },
      "mse: prediction and target must have one shape, got [3, 1] and [3]");
  EXPECT_THROW(nn::mse(zeros({3}, f32), zeros({3}, f64)), DtypeError);
  EXPECT_THROW(nn::mse(zeros({3}, i64), zeros({3}, i64)), DtypeError);
}

TEST(Accuracy, counts_rows_whose_largest_logit_is_at_the_label) {
  const Tensor x = tensor({{1, 3, 2}, {5, 0, 5}, {0, 1, 2}, {0, 0, -1}});
  EXPECT_EQ(nn::accuracy(x, labels({1, 0, 1, 1})), 0.5);  // a tie goes to the first
  EXPECT_EQ(nn::accuracy(transpose(transpose(x, 0, 1).clone(), 0, 1), labels({1, 0, 2, 0})), 1);
  expect_error<ShapeError>(
      [&] { nn::accuracy(x, labels({1})); },
      "accuracy: logits must be [batch, classes] and labels [batch], got [4, 3] and [1]");
  expect_error<DtypeError>([&] { nn::accuracy(x, zeros({4}, u8)); },
                           "accuracy: labels must be i64 class indices, got u8");
}

}  // namespace
}  // namespace gradus
