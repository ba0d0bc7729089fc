#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include "support/limits.h"
#include "support/naive.h"

namespace gradus {
namespace {

using core::expand;
using core::permute;
using core::reshape;
using core::select;
using core::slice;
using core::squeeze;
using core::transpose;
using core::unsqueeze;
using test::counted;
using test::expect_error;
using test::expect_same;
using test::kHigh;
using test::kLow;
using test::shares;

TEST(View, slices_are_pythons) {
  const Tensor x = arange(5);
  const auto values = [&](Index start, Index stop, Index step = 1) {
    return slice(x, 0, start, stop, step).to_vector<std::int64_t>();
  };
  using V = std::vector<std::int64_t>;
  EXPECT_EQ(values(1, 3), (V{1, 2}));
  EXPECT_EQ(values(-2, kHigh), (V{3, 4}));
  EXPECT_EQ(values(0, -1), (V{0, 1, 2, 3}));
  EXPECT_EQ(values(0, 5, 2), (V{0, 2, 4}));
  EXPECT_EQ(values(1, 5, 3), (V{1, 4}));
  EXPECT_EQ(values(3, 1), V{});
  EXPECT_EQ(values(7, 9), V{});
  EXPECT_EQ(values(-9, 2), (V{0, 1}));
  EXPECT_EQ(values(kLow, kHigh), (V{0, 1, 2, 3, 4}));
  EXPECT_EQ(values(kHigh, kLow), V{});
  EXPECT_EQ(values(kLow, kLow), V{});
  EXPECT_EQ(values(1, kHigh, kHigh), V{1});
  EXPECT_EQ(values(-1, kHigh, kHigh), V{4});
  EXPECT_EQ(slice(zeros({0}), 0, 0, 5, 3).numel(), 0);
}

TEST(View, slices_refuse_steps_below_1_and_dimensions_that_are_not_there) {
  const Tensor x = zeros({4, 5});
  expect_error<ValueError>([&] { slice(x, 0, 0, 4, 0); }, "slice: step must be at least 1, got 0");
  EXPECT_THROW(slice(x, 0, 0, 4, -1), ValueError);
  EXPECT_THROW(slice(x, 0, 0, 4, kLow), ValueError);
  EXPECT_THROW(slice(x, 2, 0, 4), IndexError);
  EXPECT_THROW(slice(x, kLow, 0, 4), IndexError);
  EXPECT_THROW(slice(full({}, 1), 0, 0, 1), ShapeError);
}

TEST(View, select_refuses_indices_outside_the_dimension) {
  const Tensor x = counted({2, 3});
  expect_same(select(x, 1, -1), {{2}, {3, 6}});
  expect_error<IndexError>([&] { select(x, 1, 3); },
                           "select: index must be from -3 to 2 along dimension 1 of [2, 3], got 3");
  EXPECT_THROW(select(x, 1, -4), IndexError);
  EXPECT_THROW(select(x, 1, kLow), IndexError);
  EXPECT_THROW(select(x, 1, kHigh), IndexError);
  EXPECT_THROW(select(zeros({0, 2}), 0, 0), IndexError);
  EXPECT_THROW(select(zeros({0, 2}), 0, -1), IndexError);
  EXPECT_THROW(select(full({}, 1), 0, 0), ShapeError);
}

TEST(View, reshape_infers_one_size_and_refuses_other_counts) {
  const Tensor x = counted({2, 6});
  EXPECT_EQ(reshape(x, {3, -1}).shape(), (Shape{3, 4}));
  EXPECT_EQ(reshape(x, {-1}).shape(), Shape{12});
  EXPECT_EQ(reshape(full({}, 1), {-1}).shape(), Shape{1});
  EXPECT_EQ(reshape(full({1, 1}, 1), {}).shape(), Shape{});
  EXPECT_EQ(reshape(zeros({0, 3}), {-1}).shape(), Shape{0});
  EXPECT_EQ(reshape(zeros({0, 3}), {-1, 7}).shape(), (Shape{0, 7}));
  expect_error<ShapeError>(
      [&] {
        reshape(x, {5, 2});
      },
      "reshape: [5, 2] must hold as many elements as [2, 6], got 10 and 12");
  expect_error<ShapeError>(
      [&] {
        reshape(x, {-1, -1});
      },
      "reshape: only one size may be -1, got [-1, -1]");
  expect_error<ShapeError>(
      [&] {
        reshape(x, {5, -1});
      },
      "reshape: cannot infer -1 in [5, -1] for a tensor of shape [2, 6]");
  expect_error<ShapeError>(
      [] {
        reshape(zeros({0, 3}), {0, -1});
      },
      "reshape: cannot infer -1 in [0, -1] for a tensor of shape [0, 3]");
  expect_error<ShapeError>(
      [&] {
        reshape(x, {-2, -6});
      },
      "reshape: sizes must be at least 0, or -1 once, got [-2, -6]");
  EXPECT_THROW(reshape(x, {kLow}), ShapeError);
  EXPECT_THROW(reshape(x, {kHigh, kHigh}), ShapeError);
  EXPECT_THROW(reshape(zeros({0}), {Index{1} << 32, Index{1} << 32}), ShapeError);
}

TEST(View, the_others_refuse_what_does_not_fit) {
  const Tensor x = zeros({2, 3});
  expect_error<ShapeError>(
      [&] {
        expand(x, {2, 4});
      },
      "expand: [2, 3] must broadcast to the shape asked for, got [2, 4]");
  EXPECT_THROW(expand(x, {3}), ShapeError);
  EXPECT_THROW(expand(x, {-1, 3}), ShapeError);
  EXPECT_THROW(expand(zeros({1}), {Index{1} << 40, Index{1} << 40}), ShapeError);
  expect_error<ShapeError>([&] { squeeze(x, 1); },
                           "squeeze: dimension 1 must have size 1, got shape [2, 3]");
  EXPECT_THROW(squeeze(x, 2), IndexError);
  EXPECT_THROW(squeeze(full({}, 1), 0), ShapeError);
  EXPECT_THROW(unsqueeze(x, 3), IndexError);
  EXPECT_THROW(unsqueeze(x, -4), IndexError);
  EXPECT_THROW(unsqueeze(zeros({1, 1, 1, 1, 1, 1, 1, 1}), 0), ShapeError);
  EXPECT_THROW(transpose(x, 0, 2), IndexError);
  EXPECT_THROW(transpose(x, kLow, 0), IndexError);
  expect_error<ShapeError>(
      [&] {
        permute(x, {0, 0});
      },
      "permute: order must name each dimension of [2, 3] once, got [0, 0]");
  EXPECT_THROW(permute(x, {0, -2}), ShapeError);
  EXPECT_THROW(permute(x, {0}), ShapeError);
  EXPECT_THROW(permute(x, std::vector<Index>(20, 0)), ShapeError);
  EXPECT_THROW(permute(x, {0, 2}), IndexError);
}

TEST(View, all_of_them_refuse_an_undefined_tensor) {
  const Tensor none;
  EXPECT_THROW(reshape(none, {1}), ValueError);
  EXPECT_THROW(transpose(none, 0, 0), ValueError);
  EXPECT_THROW(permute(none, {}), ValueError);
  EXPECT_THROW(slice(none, 0, 0, 1), ValueError);
  EXPECT_THROW(select(none, 0, 0), ValueError);
  EXPECT_THROW(expand(none, {1}), ValueError);
  EXPECT_THROW(squeeze(none, 0), ValueError);
  EXPECT_THROW(unsqueeze(none, 0), ValueError);
}

TEST(View, reshape_copies_only_where_no_strides_fit) {
  const Tensor x = counted({4, 6});
  EXPECT_TRUE(shares(reshape(x, {2, 2, 3, 2}), x));
  const Tensor flipped = transpose(x, 0, 1);
  EXPECT_TRUE(shares(reshape(flipped, {2, 3, 2, 2}), x));
  EXPECT_TRUE(shares(reshape(flipped, {6, 1, 4}), x));
  EXPECT_FALSE(shares(reshape(flipped, {24}), x));
  const Tensor columns = slice(x, 1, 0, 4);
  EXPECT_TRUE(shares(reshape(columns, {2, 2, 2, 2}), x));
  EXPECT_FALSE(shares(reshape(columns, {16}), x));
  const Tensor stepped = slice(reshape(x, {24}), 0, 0, 24, 2);
  EXPECT_TRUE(shares(reshape(stepped, {3, 4}), x));
  const Tensor one = full({1}, 2);
  EXPECT_TRUE(shares(reshape(expand(one, {6}), {2, 3}), one));
}

}  // namespace
}  // namespace gradus
