// core::gemm, the product of tensors, of core/blas.h.
#include <gradus/core/blas.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::Naive;

Tensor random_matrix(Index rows, Index columns, unsigned seed, Dtype dtype) {
  std::mt19937 random(seed);
  std::vector<double> values(static_cast<std::size_t>(rows * columns));
  for (double& value : values) {
    value = (double(random() % 2001) - 1000) / 1000;
  }
  return convert(from_vector(values, {rows, columns}), dtype);
}

// The same size, laid out in every way that a matrix can be.
std::vector<Tensor> layouts(Index rows, Index columns, unsigned seed, Dtype dtype) {
  return {random_matrix(rows, columns, seed, dtype),
          core::transpose(random_matrix(columns, rows, seed, dtype), 0, 1),
          core::slice(random_matrix(rows, columns + 3, seed, dtype), 1, 2, columns + 2),
          core::slice(random_matrix(rows * 2, columns, seed, dtype), 0, 0, rows * 2, 2),
          core::slice(random_matrix(rows, columns * 3, seed, dtype), 1, 0, columns * 3, 3),
          core::expand(random_matrix(1, columns, seed, dtype), {rows, columns}),
          core::expand(random_matrix(rows, 1, seed, dtype), {rows, columns})};
}

TEST(TensorGemm, operands_and_results_of_any_layout_give_the_plain_sums) {
  for (const Dtype dtype : {f32, f64}) {
    for (const std::array<Index, 3>& size : std::vector<std::array<Index, 3>>{
             {3, 4, 5}, {1, 4, 5}, {3, 1, 5}, {3, 4, 1}, {1, 1, 1}, {17, 19, 23}}) {
      const Index m = size[0];
      const Index n = size[1];
      const Index k = size[2];
      for (const Tensor& a : layouts(m, k, 1, dtype)) {
        for (const Tensor& b : layouts(k, n, 2, dtype)) {
          const Naive na = test::read(a);
          const Naive nb = test::read(b);
          const Naive expected = test::build({m, n}, [&](const test::Indices& at) {
            double sum = 0;
            for (Index l = 0; l < k; ++l) {
              sum += na({at[0], l}) * nb({l, at[1]});
            }
            return 2 * sum + 0.5;
          });
          std::vector<Tensor> results = layouts(m, n, 3, dtype);
          for (const std::size_t r : {0U, 1U, 2U, 3U}) {
            fill(results[r], 1);
            core::gemm("matmul", a, b, results[r], 2, 0.5);
            const Naive found = test::read(results[r]);
            for (std::size_t i = 0; i < found.values.size(); ++i) {
              ASSERT_NEAR(found.values[i], expected.values[i], dtype == f32 ? 1e-4 : 1e-12)
                  << m << n << k << ' ' << to_text(a.strides()) << to_text(b.strides()) << r;
            }
          }
        }
      }
    }
  }
}

TEST(TensorGemm, empty_products_are_zero) {
  const Tensor c = full({2, 3}, 7);
  core::gemm("matmul", zeros({2, 0}), zeros({0, 3}), c);
  EXPECT_EQ(c.to_vector(), std::vector<float>(6, 0));
  core::gemm("matmul", zeros({0, 4}), zeros({4, 3}), zeros({0, 3}));
  core::gemm("matmul", zeros({2, 4}), zeros({4, 0}), zeros({2, 0}));
}

TEST(TensorGemm, refuses_what_does_not_fit_and_names_both_shapes) {
  const auto product = [](const Tensor& a, const Tensor& b, const Tensor& c) {
    core::gemm("matmul", a, b, c);
  };
  expect_error<ShapeError>(
      [&] {
        product(zeros({2, 3}), zeros({4, 5}), zeros({2, 5}));
      },
      "matmul: matrices must be [m, k] and [k, n], got [2, 3] and [4, 5]");
  expect_error<DtypeError>(
      [&] {
        product(zeros({2, 3}), zeros({3, 2}, f64), zeros({2, 2}));
      },
      "matmul: matrices must have one dtype, got f32 and f64");
  expect_error<ShapeError>(
      [&] {
        product(zeros({2, 3}), zeros({3, 2}), zeros({2, 3}));
      },
      "matmul: result of [2, 3] and [3, 2] does not fit its place [2, 3]");
  EXPECT_THROW(product(zeros({3}), zeros({3, 2}), zeros({2})), ShapeError);
  EXPECT_THROW(product(zeros({}), zeros({}), zeros({})), ShapeError);
  EXPECT_THROW(product(zeros({2, 2}, i64), zeros({2, 2}, i64), zeros({2, 2}, i64)), DtypeError);
  EXPECT_THROW(product(Tensor(), zeros({2, 2}), zeros({2, 2})), ValueError);
  for (const std::size_t layout : {4U, 5U, 6U}) {
    EXPECT_THROW(product(zeros({4, 4}), zeros({4, 4}), layouts(4, 4, 1, f32)[layout]), ShapeError);
  }
}

}  // namespace
}  // namespace gradus
