// to_text of core/tensor.h.
#include <gradus/core/tensor.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <limits>

#include "support/comma_locale.h"
#include "support/limits.h"

namespace gradus {
namespace {

using test::kFloatInf;
using test::kFloatNan;

TEST(Print, numbers_stand_in_nested_brackets_and_columns) {
  EXPECT_EQ(to_text(full({}, 2.5)), "tensor(2.5)");
  EXPECT_EQ(to_text(tensor({1, 2, 3})), "tensor([1, 2, 3])");
  EXPECT_EQ(to_text(tensor({{1, 20}, {-3.5, 4}})), "tensor([[   1,   20],\n        [-3.5,    4]])");
  EXPECT_EQ(to_text(zeros({2, 1, 2})), "tensor([[[0, 0]],\n        [[0, 0]]])");
}

TEST(Print, other_dtypes_than_f32_and_gradients_are_named) {
  EXPECT_EQ(to_text(arange(3)), "tensor([0, 1, 2], i64)");
  EXPECT_EQ(to_text(full({1}, 255, u8)), "tensor([255], u8)");
  EXPECT_EQ(to_text(full({1}, 0.5, f64)), "tensor([0.5], f64)");
  EXPECT_EQ(to_text(full({}, std::numeric_limits<std::int64_t>::min() / 2, i64)),
            "tensor(-4611686018427387904, i64)");
  EXPECT_EQ(to_text(zeros({1}).set_requires_grad()), "tensor([0], requires_grad)");
}

TEST(Print, special_numbers_have_names) {
  EXPECT_EQ(to_text(tensor({kFloatNan, -kFloatNan, kFloatInf, -kFloatInf})),
            "tensor([ nan,  nan,  inf, -inf])");
  EXPECT_EQ(to_text(full({3}, -0.0)), "tensor([-0, -0, -0])");
  EXPECT_EQ(to_text(full({1}, 1e300, f64)), "tensor([1e+300], f64)");
  EXPECT_EQ(to_text(tensor({1.17549435e-38F, 3.40282347e38F, 123456.7F, 0.0001F, 1e-5F})),
            "tensor([1.17549e-38, 3.40282e+38,      123457,      0.0001,       1e-05])");
}

TEST(Print, empty_and_undefined_tensors_say_so) {
  EXPECT_EQ(to_text(Tensor()), "tensor(undefined)");
  EXPECT_EQ(to_text(zeros({0})), "tensor([], shape [0])");
  EXPECT_EQ(to_text(zeros({3, 0, 2}, i64)), "tensor([], shape [3, 0, 2], i64)");
}

TEST(Print, views_show_their_own_elements) {
  const Tensor x = arange(6);
  EXPECT_EQ(to_text(core::slice(x, 0, 1, 6, 2)), "tensor([1, 3, 5], i64)");
  EXPECT_EQ(to_text(core::transpose(core::reshape(x, {2, 3}), 0, 1)),
            "tensor([[0, 3],\n        [1, 4],\n        [2, 5]], i64)");
}

TEST(Print, large_tensors_show_their_ends_and_their_shape) {
  EXPECT_EQ(to_text(arange(1001)),
            "tensor([   0,    1,    2, ...,  998,  999, 1000], shape [1001], i64)");
  const std::string thousand = to_text(arange(1000));
  EXPECT_NE(thousand.find("500"), std::string::npos);
  const std::string matrix = to_text(zeros({7, 1000}));
  EXPECT_EQ(matrix,
            "tensor([[0, 0, 0, ..., 0, 0, 0],\n        [0, 0, 0, ..., 0, 0, 0],\n"
            "        [0, 0, 0, ..., 0, 0, 0],\n        ...,\n"
            "        [0, 0, 0, ..., 0, 0, 0],\n        [0, 0, 0, ..., 0, 0, 0],\n"
            "        [0, 0, 0, ..., 0, 0, 0]], shape [7, 1000])");
}

TEST(Print, tensors_of_any_size_and_rank_give_a_short_text) {
  const Tensor wide = core::expand(full({1}, 4), {Index{1} << 28, Index{1} << 28});
  EXPECT_LT(to_text(wide).size(), 1000U);
  EXPECT_EQ(to_text(zeros({1, 1, 1, 1, 1, 1, 1, 1})), "tensor([[[[[[[[0]]]]]]]])");
  EXPECT_LT(to_text(zeros({4, 4, 4, 4, 4, 4, 4, 4})).size(), 1000000U);
}

TEST(Print, the_locale_of_the_program_does_not_matter) {
  const test::CommaLocale german;
  EXPECT_EQ(to_text(tensor({0.5, 1234.5})), "tensor([   0.5, 1234.5])");
  EXPECT_EQ(join({1234567, " ", 0.5}), "1234567 0.5");
}

}  // namespace
}  // namespace gradus
