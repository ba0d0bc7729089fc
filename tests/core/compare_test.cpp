#include <gradus/core/compare.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include "support/cases.h"
#include "support/limits.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::kInf;
using test::kNan;

using Bytes = std::vector<std::uint8_t>;

Bytes bytes(const Tensor& x) { return x.to_vector<std::uint8_t>(); }

TEST(Compare, orders_numbers_of_every_dtype) {
  for (const Dtype dtype : {f32, f64, i64, u8}) {
    const Tensor a = convert(tensor({1, 2, 3}), dtype);
    const Tensor b = convert(tensor({2, 2, 2}), dtype);
    for (const auto& [first, second] : {std::pair(a, b), std::pair(a, full({}, 2, dtype))}) {
      EXPECT_EQ(bytes(eq(first, second)), (Bytes{0, 1, 0}));
      EXPECT_EQ(bytes(ne(first, second)), (Bytes{1, 0, 1}));
      EXPECT_EQ(bytes(first < second), (Bytes{1, 0, 0}));
      EXPECT_EQ(bytes(first <= second), (Bytes{1, 1, 0}));
      EXPECT_EQ(bytes(first > second), (Bytes{0, 0, 1}));
      EXPECT_EQ(bytes(first >= second), (Bytes{0, 1, 1}));
    }
    EXPECT_EQ(bytes(eq(a, 2)), (Bytes{0, 1, 0}));
    EXPECT_EQ(bytes(ne(a, 2)), (Bytes{1, 0, 1}));
    EXPECT_EQ(bytes(a < 2), (Bytes{1, 0, 0}));
    EXPECT_EQ(bytes(a <= 2), (Bytes{1, 1, 0}));
    EXPECT_EQ(bytes(2 < a), (Bytes{0, 0, 1}));
    EXPECT_EQ(bytes(2 <= a), (Bytes{0, 1, 1}));
    EXPECT_EQ(bytes(2 > a), (Bytes{1, 0, 0}));
    EXPECT_EQ(bytes(2 >= a), (Bytes{1, 1, 0}));
  }
}

TEST(Compare, rounds_a_number_to_a_floating_dtype_only) {
  EXPECT_EQ(bytes(eq(full({1}, 0.1, f32), 0.1)), Bytes{1});
  EXPECT_EQ(bytes(eq(full({1}, 2, i64), 2.5)), Bytes{0});
  EXPECT_EQ(bytes(full({1}, 2, i64) < 2.5), Bytes{1});
}

TEST(Compare, nan_is_unequal_to_all_and_has_no_order) {
  const Tensor a = from_vector<double>({kNan, kNan, 1}, {3});
  const Tensor b = from_vector<double>({kNan, 1, kNan}, {3});
  EXPECT_EQ(bytes(ne(a, b)), (Bytes{1, 1, 1}));
  for (const Tensor& truth : {eq(a, b), a<b, a <= b, a> b, a >= b}) {
    EXPECT_EQ(bytes(truth), (Bytes{0, 0, 0}));
  }
}

TEST(Compare, tells_nan_and_infinite_from_finite) {
  const Tensor x = from_vector<double>({kNan, kInf, -kInf, 0, 1e308}, {5});
  EXPECT_EQ(bytes(isnan(x)), (Bytes{1, 0, 0, 0, 0}));
  EXPECT_EQ(bytes(isinf(x)), (Bytes{0, 1, 1, 0, 0}));
  EXPECT_EQ(bytes(isfinite(x)), (Bytes{0, 0, 0, 1, 1}));
  EXPECT_EQ(bytes(isfinite(arange(2))), (Bytes{1, 1}));
  EXPECT_EQ(bytes(isinf(arange(2))), (Bytes{0, 0}));
  EXPECT_EQ(bytes(isnan(arange(2))), (Bytes{0, 0}));
}

TEST(Compare, combines_masks) {
  const Tensor a = from_vector<std::uint8_t>({0, 0, 1, 7}, {4});
  const Tensor b = from_vector<std::uint8_t>({0, 2, 0, 1}, {4});
  EXPECT_EQ(bytes(logical_and(a, b)), (Bytes{0, 0, 0, 1}));
  EXPECT_EQ(bytes(logical_or(a, b)), (Bytes{0, 1, 1, 1}));
  EXPECT_EQ(bytes(logical_xor(a, b)), (Bytes{0, 1, 1, 0}));
  EXPECT_EQ(bytes(logical_not(a)), (Bytes{1, 1, 0, 0}));
}

// Every pattern of broadcasting in every layout, element by element.
TEST(Compare, compares_and_chooses_like_a_loop_over_indices) {
  std::mt19937 engine(3);
  for (const std::vector<Shape>& shapes : test::kBinary) {
    for (const test::Layout layout : test::kLayouts) {
      const Tensor a = test::laid_out(test::random_values(shapes[0], engine, 0, 1, true), layout);
      const Tensor b = test::laid_out(test::random_values(shapes[1], engine, 0, 1, true), layout);
      const Shape shape = broadcast_shapes("test", shapes[0], shapes[1]);
      const Tensor wide_a = core::expand(a, shape);
      const Tensor wide_b = core::expand(b, shape);
      const auto less = [&](const test::Indices& at) {
        return test::element(wide_a, at) < test::element(wide_b, at);
      };
      const auto smaller = [&](const test::Indices& at) {
        return std::min(test::element(wide_a, at), test::element(wide_b, at));
      };
      const test::Indices sizes = test::to_indices(shape);
      test::expect_same(a < b, test::build(sizes, less), to_text(layout));
      test::expect_same(core::where(a < b, a, b), test::build(sizes, smaller), to_text(layout));
      test::expect_same(core::where(test::laid_out(wide_a < wide_b, layout), a, b),
                        test::build(sizes, smaller), to_text(layout));
    }
  }
}

TEST(Compare, chooses_between_integers) {
  const Tensor y =
      core::where(from_vector<std::uint8_t>({1, 0, 3}, {3}), arange(3), full({}, 9, i64));
  EXPECT_EQ(y.to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 9, 2}));
}

TEST(ThreadsCompare, give_the_same_for_any_number_of_threads) {
  Rng rng(1);
  const Tensor a = rand({300, 401}, rng, -1, 1);
  const Tensor b = core::transpose(rand({401, 300}, rng, -1, 1), 0, 1);
  const auto all = [&] { return core::where(a < b, a, b).to_vector(); };
  const test::WithThreads one(1);
  const std::vector<float> expected = all();
  for (const int count : {2, 3}) {
    const test::WithThreads several(count);
    EXPECT_EQ(all(), expected);
  }
}

}  // namespace
}  // namespace gradus
