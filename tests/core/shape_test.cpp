#include <gradus/core/shape.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
constexpr Index kLeast = std::numeric_limits<Index>::min();
constexpr Index kMost = std::numeric_limits<Index>::max();

TEST(Shape, reads_as_its_sizes) {
  EXPECT_EQ(to_text(Shape{}), "[]");
  EXPECT_EQ(to_text(Shape{0}), "[0]");
  EXPECT_EQ(to_text(Shape{2, 3, -1}), "[2, 3, -1]");
}

TEST(Shape, holds_eight_sizes_and_refuses_nine) {
  EXPECT_EQ(to_text(Shape{1, 2, 3, 4, 5, 6, 7, 8}), "[1, 2, 3, 4, 5, 6, 7, 8]");
  expect_error<ShapeError>([] { (void)Shape{1, 2, 3, 4, 5, 6, 7, 8, 9}; },
                           "Shape: rank must be at most 8, got 9");
  Shape full{1, 2, 3, 4, 5, 6, 7, 8};
  expect_error<ShapeError>(
      [&] { full.push_back(9); },
      "Shape: rank must be at most 8, got one dimension more than [1, 2, 3, 4, 5, 6, 7, 8]");
  EXPECT_EQ(full, (Shape{1, 2, 3, 4, 5, 6, 7, 8}));
  const std::vector<Index> huge(1000, 1);
  EXPECT_THROW(Shape(huge.data(), huge.size()), ShapeError);
}

TEST(Shape, inserts_and_erases_at_every_place) {
  Shape shape{2, 4};
  shape.insert(1, 3);
  shape.insert(0, 1);
  shape.push_back(5);
  EXPECT_EQ(shape, (Shape{1, 2, 3, 4, 5}));
  shape.erase(4);
  shape.erase(0);
  shape.erase(1);
  EXPECT_EQ(shape, (Shape{2, 4}));
}

TEST(Shape, is_equal_only_with_the_same_rank_and_sizes) {
  EXPECT_EQ(Shape{}, Shape{});
  EXPECT_NE((Shape{2}), (Shape{2, 1}));
  EXPECT_NE((Shape{2, 1}), (Shape{2}));
  EXPECT_NE((Shape{2, 3}), (Shape{3, 2}));
  Shape self{4, 5};
  const Shape& same = self;
  self = same;
  EXPECT_EQ(self, (Shape{4, 5}));
}

TEST(Shape, count_is_the_product) {
  EXPECT_EQ(count(Shape{}), 1);
  EXPECT_EQ(count(Shape{7}), 7);
  EXPECT_EQ(count(Shape{2, 3, 4}), 24);
  EXPECT_EQ(count(Shape{2, 0, 4}), 0);
  EXPECT_EQ(count(Shape{kMaxElements}), kMaxElements);
  EXPECT_EQ(count(Shape{Index{1} << 28, Index{1} << 28}), Index{1} << 56);
  EXPECT_EQ(count(Shape{Index{1} << 28, 0, Index{1} << 28}), 0);
}

TEST(Shape, count_refuses_negative_sizes) {
  expect_error<ShapeError>(
      [] {
        count(Shape{2, -3});
      },
      "Shape: sizes must be at least 0, got [2, -3]");
  EXPECT_THROW(count(Shape{kLeast}), ShapeError);
  EXPECT_THROW(count(Shape{0, -1}), ShapeError);
}

TEST(Shape, count_refuses_more_than_tensors_have_also_of_none) {
  expect_error<ShapeError>(
      [] {
        count(Shape{Index{1} << 62, 4});
      },
      "Shape: sizes above 0 must multiply to at most 2^56, got [4611686018427387904, 4]");
  EXPECT_THROW(count(Shape{kMaxElements + 1}), ShapeError);
  EXPECT_THROW(count(Shape{kMaxElements, 0, 2}), ShapeError);
  EXPECT_THROW(count(Shape{0, kMost}), ShapeError);
  // The product wraps to 0 in 64 bits.
  EXPECT_THROW(count(Shape{Index{1} << 32, Index{1} << 32}), ShapeError);
  EXPECT_THROW(count(Shape{kMost, kMost, kMost}), ShapeError);
}

TEST(Shape, dense_layout_is_the_count_and_the_dense_strides) {
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3, 4}, Shape{2, 0, 4}, Shape{0, 1}}) {
    Shape strides;
    EXPECT_EQ(dense_layout(shape, strides), count(shape)) << to_text(shape);
    EXPECT_EQ(strides, dense_strides(shape)) << to_text(shape);
  }
  Shape strides;
  EXPECT_THROW(dense_layout({2, -1}, strides), ShapeError);
  EXPECT_THROW(dense_layout({Index{1} << 32, Index{1} << 32}, strides), ShapeError);
}

TEST(Shape, dense_strides_are_row_major) {
  EXPECT_EQ(dense_strides(Shape{}), Shape{});
  EXPECT_EQ(dense_strides(Shape{5}), Shape{1});
  EXPECT_EQ(dense_strides(Shape{2, 3, 4}), (Shape{12, 4, 1}));
}

TEST(Shape, wrap_dim_counts_negative_ones_from_the_end) {
  EXPECT_EQ(wrap_dim("f", 0, 3), 0);
  EXPECT_EQ(wrap_dim("f", 2, 3), 2);
  EXPECT_EQ(wrap_dim("f", -1, 3), 2);
  EXPECT_EQ(wrap_dim("f", -3, 3), 0);
  expect_error<IndexError>([] { wrap_dim("f", 3, 3); },
                           "f: dim must be from -3 to 2 for a tensor of rank 3, got 3");
  EXPECT_THROW(wrap_dim("f", -4, 3), IndexError);
  EXPECT_THROW(wrap_dim("f", kLeast, 3), IndexError);
  EXPECT_THROW(wrap_dim("f", kMost, 3), IndexError);
}

TEST(Shape, broadcasting_follows_numpy) {
  EXPECT_EQ(broadcast_shapes("f", {2, 3}, {2, 3}), (Shape{2, 3}));
  EXPECT_EQ(broadcast_shapes("f", {2, 1}, {1, 3}), (Shape{2, 3}));
  EXPECT_EQ(broadcast_shapes("f", {3}, {4, 2, 3}), (Shape{4, 2, 3}));
  EXPECT_EQ(broadcast_shapes("f", {4, 2, 3}, {}), (Shape{4, 2, 3}));
  EXPECT_EQ(broadcast_shapes("f", {}, {}), Shape{});
  EXPECT_EQ(broadcast_shapes("f", {0}, {1}), Shape{0});
  EXPECT_EQ(broadcast_shapes("f", {1, 1}, {0}), (Shape{1, 0}));
  EXPECT_EQ(broadcast_shapes("f", {8, 1, 6, 1}, {7, 1, 5}), (Shape{8, 7, 6, 5}));
}

TEST(Shape, broadcasting_refuses_other_sizes_and_names_both_shapes) {
  expect_error<ShapeError>(
      [] {
        broadcast_shapes("add", {2, 3}, {4, 3});
      },
      "add: shapes must broadcast (equal sizes, or 1, from the last "
      "dimension), got [2, 3] and [4, 3]");
  EXPECT_THROW(broadcast_shapes("f", {0}, {2}), ShapeError);
  EXPECT_THROW(broadcast_shapes("f", {2}, {2, 3}), ShapeError);
}

TEST(Shape, broadcasts_to_stretches_the_first_shape_only) {
  EXPECT_TRUE(broadcasts_to({}, {}));
  EXPECT_TRUE(broadcasts_to({}, {2, 3}));
  EXPECT_TRUE(broadcasts_to({1, 3}, {2, 3}));
  EXPECT_TRUE(broadcasts_to({1}, {0}));
  EXPECT_FALSE(broadcasts_to({2, 3}, {1, 3}));
  EXPECT_FALSE(broadcasts_to({1, 3}, {3}));
  EXPECT_FALSE(broadcasts_to({0}, {1}));
  EXPECT_FALSE(broadcasts_to({2}, {3}));
}

}  // namespace
}  // namespace gradus
