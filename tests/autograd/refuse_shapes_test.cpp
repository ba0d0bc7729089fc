// What reads by index, joins and statistics refuse, and the exact words.
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/statistics.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "support/naive.h"
#include "support/refusals.h"

namespace gradus {
namespace {

using test::expect_error;
using test::leaf;

Tensor at(const std::vector<std::int64_t>& values) {
  return from_vector(values, {static_cast<Index>(values.size())});
}
Tensor at(const std::vector<std::int64_t>& values, const Shape& shape) {
  return from_vector(values, shape);
}

TEST(RefuseIndex, indices_outside_or_of_another_dtype) {
  expect_error<IndexError>(
      [] {
        index_select(leaf(2, 3), 1, at({0, 3}));
      },
      "index_select: indices must be from 0 to 2 for a tensor of shape "
      "[2, 3], got 3 at position 1 of indices of shape [2]");
  expect_error<IndexError>([] { index_select(leaf(2, 3), 0, at({-1})); },
                           "index_select: indices must be from 0 to 1 for a tensor of shape "
                           "[2, 3], got -1 at position 0 of indices of shape [1]");
  expect_error<DtypeError>([] { index_select(leaf(2), 0, zeros({1})); },
                           "index_select: indices must be i64, got f32");
  expect_error<ShapeError>(
      [] {
        index_select(leaf(2, 3), 0, at({0}, {1, 1}));
      },
      "index_select: indices must be [n] for a tensor of shape [2, 3], got "
      "[1, 1]");
  expect_error<ShapeError>([] { index_select(leaf(), 0, at({0})); },
                           "index_select: tensor must have a dimension, got shape []");
  expect_error<ShapeError>([] { index_add(leaf(2, 3), 0, at({0}), leaf(2, 3)); },
                           "index_add: source must have the shape [1, 3] for 1 indices, got "
                           "[2, 3]");
  expect_error<IndexError>(
      [] {
        gather(leaf(2, 2), 1, at({0, 2}, {2, 1}));
      },
      "gather: indices must be from 0 to 1 for a tensor of shape [2, 2], got "
      "2 at position 1 of indices of shape [2, 1]");
  const std::string sizes =
      "gather: indices must have the rank of the tensor and, but along dimension 0, no larger "
      "sizes, got ";
  expect_error<ShapeError>(
      [&] {
        gather(leaf(2, 2), 0, at({0, 0, 0}, {1, 3}));
      },
      sizes + "[1, 3] for [2, 2]");
  expect_error<ShapeError>([&] { gather(leaf(2, 2), 0, at({0})); }, sizes + "[1] for [2, 2]");
  expect_error<ShapeError>(
      [] {
        scatter_add(leaf(2, 2), 0, at({0, 1}, {1, 2}), leaf(2, 2));
      },
      "scatter_add: source must have the shape [1, 2] of the indices, got [2, 2]");
  expect_error<IndexError>(
      [] {
        one_hot(at({0, 3}), 3);
      },
      "one_hot: indices must be from 0 to 2 for a tensor of shape [2, 3], got "
      "3 at position 1 of indices of shape [2]");
  expect_error<IndexError>(
      [] { one_hot(at({INT64_MAX})); },
      "one_hot: indices must leave room for a count of classes, got 9223372036854775807");
  expect_error<ValueError>([] { one_hot(at({})); },
                           "one_hot: classes must be given where there are no indices, got -1 and "
                           "indices of shape [0]");
}

TEST(RefuseIndex, numbers_that_an_integer_dtype_cannot_hold) {
  const Tensor mask = zeros({2}, u8);
  const Tensor whole = zeros({2}, i64);
  const auto message = [](const char* where, const char* dtype, const char* got) {
    return std::string(where) + ": value must be a whole number that " + dtype + " can hold, got " +
           got;
  };
  expect_error<ValueError>([&] { masked_fill(whole, mask, -INFINITY); },
                           message("masked_fill", "i64", "-inf"));
  expect_error<ValueError>([&] { masked_fill(zeros({2}, u8), mask, 256); },
                           message("masked_fill", "u8", "256"));
  expect_error<ValueError>([&] { where(mask, whole, 0.5); }, message("where", "i64", "0.5"));
  expect_error<ValueError>([&] { where(mask, NAN, whole); }, message("where", "i64", "nan"));
  expect_error<ValueError>([&] { where(mask, 1, -1, u8); }, message("where", "u8", "-1"));
  expect_error<ValueError>([&] { full({2}, 0x1p63, i64); },
                           message("full", "i64", "9223372036854775808"));
  expect_error<ValueError>([&] { fill(whole, 1.5); }, message("fill", "i64", "1.5"));
  expect_error<ValueError>([&] { pad(whole, {{1, 1}}, 1e300); }, message("pad", "i64", "1e+300"));
  EXPECT_EQ(full({1}, -0x1p63, i64).to_vector<std::int64_t>()[0], INT64_MIN);
  EXPECT_EQ(where(ones({1}, u8), 255, 0, u8).to_vector<std::uint8_t>()[0], 255);
}

TEST(RefuseIndex, masks_triangles_and_turns_that_do_not_fit) {
  expect_error<DtypeError>([] { masked_fill(leaf(2), zeros({2}), 0); },
                           "masked_fill: mask must be u8, got f32");
  expect_error<ShapeError>(
      [] {
        masked_fill(leaf(2), zeros({2, 2}, u8), 0);
      },
      "masked_fill: mask of shape [2, 2] must broadcast to [2]");
  expect_error<ShapeError>([] { tril(leaf(2)); },
                           "tril: tensor must be [..., rows, columns], got [2]");
  expect_error<ValueError>(
      [] {
        flip(leaf(2, 3), {0, -2});
      },
      "flip: dims must differ, got -2 twice");
  expect_error<IndexError>([] { flip(leaf(2), {1}); },
                           "flip: dim must be from -1 to 0 for a tensor of rank 1, got 1");
  expect_error<ShapeError>([] { cumsum(leaf(), 0); },
                           "cumsum: tensor must have a dimension, got shape []");
}

TEST(RefuseJoin, parts_that_do_not_fit) {
  expect_error<ValueError>([] { cat({}); }, "cat: there must be at least one tensor, got none");
  expect_error<ShapeError>(
      [] {
        cat({leaf(2, 3), leaf(3, 3)}, 1);
      },
      "cat: sizes must agree but along dimension 1, got [2, 3] and [3, 3]");
  expect_error<DtypeError>(
      [] {
        cat({leaf(2), zeros({2}, f64)});
      },
      "cat: parts must have one dtype, got f32 and f64");
  expect_error<ShapeError>(
      [] {
        cat({leaf(), leaf()});
      },
      "cat: tensors must have a dimension, got shape []; use stack()");
  expect_error<ShapeError>(
      [] {
        const Tensor nothing = leaf(0, kMaxElements);
        cat(std::vector<Tensor>(128, nothing), 1);
      },
      "cat: sizes of dimension 1 must add up to what fits in 63 bits, got one more of [0, "
      "72057594037927936]");
  expect_error<ShapeError>(
      [] {
        stack({leaf(2), leaf(3)});
      },
      "stack: shapes must be equal, got [2] and [3]");
  expect_error<DtypeError>(
      [] {
        stack({leaf(2), zeros({2}, f64)});
      },
      "stack: parts must have one dtype, got f32 and f64");
  expect_error<ValueError>([] { stack({}); }, "stack: there must be at least one tensor, got none");
  expect_error<ShapeError>(
      [] {
        split(leaf(4), {2});  // a list of one
      },
      "split: sizes must add up to that of dimension 0 of [4], got [2]");
  expect_error<ValueError>([] { split(leaf(4), 0); },
                           "split: size must be at least 1, got 0 for a tensor of shape [4]");
  expect_error<ShapeError>(
      [] {
        split(leaf(4), std::vector<Index>{1, 2});
      },
      "split: sizes must add up to that of dimension 0 of [4], got [1, 2]");
  expect_error<ShapeError>(
      [] {
        split(leaf(4), std::vector<Index>{3, 2});
      },
      "split: sizes must be at least 0 and add up to that of dimension 0 of [4], got [3, 2]");
  expect_error<ValueError>([] { chunk(leaf(4), 0); },
                           "chunk: count must be at least 1, got 0 for a tensor of shape [4]");
  expect_error<ShapeError>(
      [] {
        pad(leaf(4), {{1, 1}, {0, 1}});
      },
      "pad: there must be at most one pair for each dimension of [4], got 2");
  expect_error<ValueError>(
      [] {
        pad(leaf(4), {{1, -1}});
      },
      "pad: counts must be at least 0, got 1 and -1 for a tensor of shape [4]");
}

TEST(Index, extreme_counts_and_diagonals_are_as_good_as_large_ones) {
  EXPECT_EQ(chunk(leaf(3), INT64_MAX).size(), 3U);
  EXPECT_EQ(triu(ones({2, 2}), INT64_MIN).to_vector(), (std::vector<float>{1, 1, 1, 1}));
  EXPECT_EQ(tril(ones({2, 2}), INT64_MIN).to_vector(), (std::vector<float>{0, 0, 0, 0}));
}

TEST(Statistics, the_deviation_of_equal_elements_has_derivative_zero) {
  Tensor equal = ones({3}).set_requires_grad();
  stddev(equal).backward();
  EXPECT_EQ(equal.grad().to_vector(), (std::vector<float>{0, 0, 0}));
}

TEST(RefuseStatistics, integers_nothing_and_wrong_dimensions) {
  expect_error<DtypeError>([] { var(ones({3}, i64)); },
                           "var: dtype must be f32 or f64, got i64; convert it with convert(x, "
                           "f32)");
  expect_error<ValueError>([] { var(leaf(3), {}, {.correction = -1}); },
                           "var: correction must be at least 0, got -1");
  expect_error<DtypeError>([] { stddev(zeros({3}, i64)); },
                           "stddev: dtype must be f32 or f64, got i64; convert it with convert(x, "
                           "f32)");
  expect_error<DtypeError>([] { index_add(leaf(2), 0, at({0}), zeros({1}, f64)); },
                           "index_add: source must have the dtype f32 of the tensor, got f64; "
                           "convert one with convert(x, dtype)");
  expect_error<IndexError>([] { prod(leaf(2, 3), {2}); },
                           "prod: dim must be from -2 to 1 for a tensor of rank 2, got 2");
  expect_error<ValueError>(
      [] {
        logsumexp(leaf(2, 3), {0, -2});
      },
      "logsumexp: dims must differ, got -2 twice");
  expect_error<ValueError>([] { amax(leaf(0, 3)); },
                           "amax: there must be an element, got shape [0, 3]");
  expect_error<ValueError>([] { max(leaf(2, 0), 1); },
                           "max: dimension 1 must not be empty, got shape [2, 0]");
  expect_error<ShapeError>([] { min(leaf(), 0); },
                           "min: tensor must have a dimension, got shape []");
  expect_error<IndexError>([] { max(leaf(2), 1); },
                           "max: dim must be from -1 to 0 for a tensor of rank 1, got 1");
  expect_error<ValueError>([] { argmax(leaf(0, 3)); },
                           "argmax: there must be an element, got shape [0, 3]");
  expect_error<ValueError>([] { min(leaf(0)); }, "min: there must be an element, got shape [0]");
  expect_error<ShapeError>([] { argmin(leaf(), 0); },
                           "argmin: tensor must have a dimension, got shape []");
}

}  // namespace
}  // namespace gradus
