// copy, convert and fill of core/tensor.h.
#include <gradus/core/tensor.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/limits.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::counted;
using test::expect_error;
using test::expect_same;
using test::Indices;
using test::kHigh;
using test::kInf;
using test::kLow;
using test::kNan;
using test::Naive;

TEST(Convert, floating_to_integer_truncates_saturates_and_makes_nan_zero) {
  const std::vector<double> values = {-1.9, -0.5, -0.0,  0.5,  1.9,   254.9, 255.5,
                                      256,  1e20, -1e20, kInf, -kInf, kNan};
  const std::vector<std::int64_t> whole = {-1,  0,     0,    0,     1,    254, 255,
                                           256, kHigh, kLow, kHigh, kLow, 0};
  const std::vector<std::uint8_t> bytes = {0, 0, 0, 0, 1, 254, 255, 255, 255, 0, 255, 0, 0};
  const Tensor x = from_vector(values, {13});
  for (const Tensor& from : {x, convert(x, f32)}) {
    EXPECT_EQ(convert(from, i64).to_vector<std::int64_t>(), whole);
    EXPECT_EQ(convert(from, u8).to_vector<std::uint8_t>(), bytes);
  }
}

TEST(Convert, integers_beside_the_ends_of_i64_are_exact) {
  const std::vector<double> values = {0x1p63, 0x1.fffffffffffffp62, -0x1p63, -0x1.0000000000001p63};
  EXPECT_EQ(convert(from_vector(values, {4}), i64).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{kHigh, 0x7ffffffffffffc00, kLow, kLow}));
  const std::vector<std::int64_t> back = {kLow, -1, 0, 255, 256, kHigh};
  EXPECT_EQ(convert(from_vector(back, {6}), u8).to_vector<std::uint8_t>(),
            (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(convert(from_vector(back, {6}), f64).to_vector<double>(),
            (std::vector<double>{-0x1p63, -1, 0, 255, 256, 0x1p63}));
}

TEST(Convert, doubles_round_to_the_nearest_float) {
  const std::vector<double> values = {0.1, 1e300, -1e300, 1e-50, 16777217, kNan, -0.0};
  const std::vector<float> found = convert(from_vector(values, {7}), f32).to_vector();
  EXPECT_EQ(found[0], 0.1F);
  EXPECT_EQ(found[1], static_cast<float>(kInf));
  EXPECT_EQ(found[2], static_cast<float>(-kInf));
  EXPECT_EQ(found[3], 0.0F);
  EXPECT_EQ(found[4], 16777216.0F);
  EXPECT_TRUE(std::isnan(found[5]));
  EXPECT_TRUE(std::signbit(found[6]));
}

TEST(Convert, gives_a_dense_tensor_of_its_own) {
  const Tensor x = core::transpose(counted({2, 3}), 0, 1);
  for (const Dtype dtype : {f32, f64, i64, u8}) {
    const Tensor y = convert(x, dtype);
    EXPECT_EQ(y.dtype(), dtype);
    EXPECT_TRUE(y.is_contiguous());
    EXPECT_FALSE(y.storage_ref() == x.storage_ref());
    expect_same(y, test::read(x));
  }
}

TEST(Fill, writes_views_and_leaves_the_rest) {
  const Tensor x = zeros({4, 3});
  fill(core::slice(core::transpose(x, 0, 1), 1, 1, 4, 2), 7);
  EXPECT_EQ(x.to_vector(), (std::vector<float>{0, 0, 0, 7, 7, 7, 0, 0, 0, 7, 7, 7}));
  fill(zeros({0, 3}), 1);
  const Tensor bytes = zeros({3}, u8);
  fill(bytes, 255);
  EXPECT_EQ(bytes.to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{255, 255, 255}));
  expect_error<ValueError>([&] { fill(bytes, 300); },
                           "fill: value must be a whole number that u8 can hold, got 300");
  expect_error<ValueError>([&] { fill(bytes, kNan); },
                           "fill: value must be a whole number that u8 can hold, got nan");
  EXPECT_EQ(bytes.to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{255, 255, 255}));
}

TEST(Copy, broadcasts_and_converts_what_it_takes) {
  const Tensor x = zeros({2, 3}, f64);
  copy(x, convert(tensor({1, 2, 3}), i64));
  expect_same(x, {{2, 3}, {1, 2, 3, 1, 2, 3}});
  copy(x, from_vector<float>({8, 9}, {2, 1}));
  expect_same(x, {{2, 3}, {8, 8, 8, 9, 9, 9}});
  copy(x, full({}, 4));
  expect_same(x, {{2, 3}, {4, 4, 4, 4, 4, 4}});
}

TEST(Copy, refuses_what_does_not_broadcast_and_leaves_the_tensor_unchanged) {
  const Tensor x = ones({2, 3});
  const std::uint64_t version = x.storage().version();
  expect_error<ShapeError>([&] { copy(x, zeros({2})); },
                           "copy: shape [2] must broadcast to [2, 3]");
  EXPECT_THROW(copy(x, zeros({1, 2, 3})), ShapeError);
  EXPECT_THROW(copy(x, zeros({2, 0})), ShapeError);
  EXPECT_EQ(x.to_vector(), std::vector<float>(6, 1));
  EXPECT_EQ(x.storage().version(), version);
}

TEST(Copy, refuses_to_write_through_an_expanded_view) {
  const Tensor x = zeros({1, 3});
  const Tensor wide = core::expand(x, {4, 3});
  const std::string message =
      "copy: must not write an expanded view, got shape [4, 3] with strides [0, 1]; clone it first";
  expect_error<ValueError>([&] { copy(wide, ones({4, 3})); }, message);
  EXPECT_THROW(fill(wide, 1), ValueError);
  EXPECT_THROW(fill(core::slice(wide, 0, 0, 2), 1), ValueError);
  EXPECT_EQ(x.to_vector(), std::vector<float>(3, 0));
  fill(core::slice(wide, 0, 1, 2), 5);  // one row of it is an ordinary view
  EXPECT_EQ(x.to_vector(), std::vector<float>(3, 5));
  copy(zeros({4, 3}), wide);
}

// Every slice of a vector onto every other of the same length.
TEST(Copy, of_overlapping_slices_is_as_if_the_source_were_copied_first) {
  for (Index step = 1; step <= 3; ++step) {
    for (Index from = 0; from < 6; ++from) {
      for (Index to = 0; to < 6; ++to) {
        const Tensor x = counted({20});
        const Tensor source = core::slice(x, 0, from, from + 5 * step, step);
        const Tensor target = core::slice(x, 0, to, to + 5);
        ASSERT_EQ(source.numel(), target.numel());
        std::vector<float> expected = x.to_vector();
        const std::vector<float> taken = source.to_vector();
        std::copy(taken.begin(), taken.end(), expected.begin() + to);
        copy(target, source);
        EXPECT_EQ(x.to_vector(), expected) << step << ' ' << from << ' ' << to;
      }
    }
  }
}

TEST(Copy, of_a_matrix_onto_its_own_transpose_or_broadcast_row_is_right) {
  const Tensor x = counted({3, 3});
  copy(x, core::transpose(x, 0, 1));
  EXPECT_EQ(x.to_vector(), (std::vector<float>{1, 4, 7, 2, 5, 8, 3, 6, 9}));
  copy(x, core::select(x, 0, 1));
  EXPECT_EQ(x.to_vector(), (std::vector<float>{2, 5, 8, 2, 5, 8, 2, 5, 8}));
  copy(x, x);
  EXPECT_EQ(x.to_vector(), (std::vector<float>{2, 5, 8, 2, 5, 8, 2, 5, 8}));
}

TEST(ThreadsCopy, large_copies_of_every_layout_place_every_element) {
  for (const Indices& sizes : {Indices{100001}, Indices{300, 401}, Indices{3, 200, 211}}) {
    const Tensor x = counted(test::to_shape(sizes), f64);
    expect_same(x.clone(), test::read(x), "dense");
    const Tensor flipped = core::transpose(x, 0, -1);
    expect_same(flipped.clone(), test::read(flipped), "transposed");
    const Tensor stepped = core::slice(x, -1, 1, kHigh, 3);
    expect_same(stepped.clone(), test::read(stepped), "stepped");
    const Tensor target = zeros(flipped.shape(), f32);
    copy(core::transpose(target, 0, -1), x);
    expect_same(target, test::read(flipped), "into a transposed view");
  }
}

}  // namespace
}  // namespace gradus
