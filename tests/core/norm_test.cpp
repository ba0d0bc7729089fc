// Means, mean squares and norms against plain loops in long double, and the product of matrices.
#include <gradus/core/blas.h>
#include <gradus/core/random.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/emulator.h"
#include "support/limits.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::counted;
using test::expect_error;
using test::expect_same;
using test::kInf;

TEST(Mean, of_all_of_rows_and_of_columns) {
  const Tensor x = tensor({{1, 2, 3}, {5, 6, 13}});
  EXPECT_EQ(core::mean(x).item(), 5);
  expect_same(core::mean(x, {1}), {{2}, {2, 8}});
  expect_same(core::mean(x, {-2}, true), {{1, 3}, {3, 4, 8}});
  expect_same(core::mean_square(x, {1}, true), {{2, 1}, {14.0F / 3, 230.0F / 3}});
  expect_same(core::mean_square(x, {0}), {{3}, {13, 20, 89}});
}

TEST(Mean, of_a_batch_of_matrices_is_of_each) {
  const Tensor x = counted({2, 3, 4});  // row r of matrix k: 12 k + 4 r + (1, 2, 3, 4)
  expect_same(core::mean(x, {-1}), {{2, 3}, {2.5, 6.5, 10.5, 14.5, 18.5, 22.5}});
  expect_same(core::mean(x, {-2}), {{2, 4}, {5, 6, 7, 8, 17, 18, 19, 20}});
  expect_same(core::mean(core::transpose(x, 1, 2), {-1}), {{2, 4}, {5, 6, 7, 8, 17, 18, 19, 20}});
}

TEST(Mean, of_squares_is_rounded_once_and_does_not_overflow_on_its_way) {
  const Tensor x = full({1000, 1}, 1.2e19);  // squares: 1.4e38; their sum: 1.4e41
  const float square = float(double(1.2e19F) * double(1.2e19F));
  EXPECT_EQ(core::mean_square(x).item(), square);
  EXPECT_EQ(core::mean_square(x, {0}).item(), square);
}

TEST(Mean, of_nothing_is_nan) { EXPECT_TRUE(std::isnan(core::mean(zeros({0})).item())); }

TEST(Mean, refuses_integers_and_dimensions_that_there_are_not) {
  const Tensor integers = counted({2}, i64);
  expect_error<DtypeError>([&] { core::mean(integers); },
                           "mean: tensor must be f32 or f64, got i64");
  expect_error<DtypeError>([&] { core::mean_square(integers); },
                           "mean_square: tensor must be f32 or f64, got i64");
  expect_error<DtypeError>([&] { core::norm(integers); },
                           "norm: tensor must be f32 or f64, got i64");
  EXPECT_THROW(core::mean_square(zeros({2}), {1}), IndexError);
}

TEST(NormOfTensor, is_that_of_all_elements_in_any_order) {
  const Tensor x = tensor({{3, 0}, {0, -4}});
  EXPECT_EQ(core::norm(x), 5);
  EXPECT_EQ(core::rms(x), 2.5);
  EXPECT_EQ(core::norm(core::transpose(x, 0, 1)), 5);
  EXPECT_EQ(core::norm(core::slice(x, 1, 0, 1)), 3);
  EXPECT_EQ(core::norm(full({}, -7, f64)), 7);
  EXPECT_EQ(core::norm(zeros({0})), 0);
  EXPECT_EQ(core::rms(zeros({0})), 0);
}

TEST(NormOfTensor, of_many_numbers_is_a_long_double_loops) {
  Rng rng(1);
  for (const Dtype dtype : {f32, f64}) {
    for (const Index n : {1, 37, 32'768, 100'003}) {
      const Tensor x = randn({n}, rng, 0, 1, dtype);
      long double sum = 0;
      for (const double value : convert(x, f64).to_vector<double>()) {
        sum += static_cast<long double>(value) * value;
      }
      const auto expected = static_cast<double>(std::sqrt(sum));
      EXPECT_NEAR(core::norm(x), expected, 1e-15 * std::sqrt(double(n)) * expected) << n;
    }
  }
}

TEST(NormOfTensor, neither_overflows_nor_hides_what_is_not_finite) {
  if (!test::has_wide_registers()) {
    GTEST_SKIP() << "the emulator rounds the sums";
  }
  EXPECT_NEAR(core::norm(full({100'000}, 1e300, f64)) / 1e300, std::sqrt(1e5), 1e-9);
  EXPECT_NEAR(core::norm(full({100'000}, 3e38)) / double(3e38F), std::sqrt(1e5), 1e-9);
  for (const Dtype dtype : {f32, f64}) {
    Tensor x = ones({70'000}, dtype);
    fill(core::select(x, 0, 69'999), kInf);
    EXPECT_EQ(core::norm(x), kInf);
    fill(core::select(x, 0, 3), std::nan(""));
    EXPECT_TRUE(std::isnan(core::norm(x)));
  }
}

TEST(ThreadsNorm, bits_do_not_depend_on_the_number_of_threads) {
  Rng rng(2);
  for (const Dtype dtype : {f32, f64}) {
    const Tensor x = randn({300, 1001}, rng, 0, 1, dtype);
    const auto with = [&](int count) {
      const test::WithThreads scope(count);
      return std::vector<double>{core::norm(x), core::mean(x).item(), core::mean_square(x).item(),
                                 core::norm(core::mean_square(x, {0})),
                                 core::norm(core::mean_square(x, {1}))};
    };
    const std::vector<double> one = with(1);
    EXPECT_EQ(with(2), one);
    EXPECT_EQ(with(3), one);
  }
}

TEST(Matmul, is_rows_times_columns_for_any_strides) {
  const Tensor a = tensor({{1, 2, 3}, {4, 5, 6}});
  expect_same(core::matmul(a, core::transpose(a, 0, 1)), {{2, 2}, {14, 32, 32, 77}});
  expect_same(core::matmul(core::transpose(a, 0, 1), a),
              {{3, 3}, {17, 22, 27, 22, 29, 36, 27, 36, 45}});
}

TEST(Matmul, refuses_what_does_not_fit) {
  expect_error<ShapeError>(
      [] {
        core::matmul(zeros({2, 3}), zeros({3}));
      },
      "matmul: matrices must be [m, k] and [k, n], got [2, 3] and [3]");
  expect_error<ShapeError>(
      [] {
        core::matmul(zeros({2, 3}), zeros({2, 3}));
      },
      "matmul: matrices must be [m, k] and [k, n], got [2, 3] and [2, 3]");
  EXPECT_THROW(core::matmul(zeros({2, 2}), zeros({2, 2}, f64)), DtypeError);
}

}  // namespace
}  // namespace gradus
