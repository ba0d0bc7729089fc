#include <gradus/core/dtype.h>
#include <gtest/gtest.h>

#include <type_traits>

#include "support/naive.h"

namespace gradus {
namespace {

static_assert(Element<float> && Element<double> && Element<std::int64_t> && Element<std::uint8_t>);
static_assert(!Element<int> && !Element<bool> && !Element<const float> && !Element<char>);

TEST(Dtype, each_has_a_name_a_size_and_a_kind) {
  EXPECT_EQ(to_text(f32), "f32");
  EXPECT_EQ(to_text(f64), "f64");
  EXPECT_EQ(to_text(i64), "i64");
  EXPECT_EQ(to_text(u8), "u8");
  EXPECT_EQ(item_size(f32), 4);
  EXPECT_EQ(item_size(f64), 8);
  EXPECT_EQ(item_size(i64), 8);
  EXPECT_EQ(item_size(u8), 1);
  EXPECT_TRUE(is_floating(f32) && is_floating(f64));
  EXPECT_FALSE(is_floating(i64) || is_floating(u8));
}

TEST(Dtype, visit_any_passes_the_type_of_each) {
  for (const Dtype dtype : {f32, f64, i64, u8}) {
    const Dtype seen = visit_any(dtype, [](auto zero) {
      EXPECT_EQ(zero, decltype(zero){0});
      return dtype_of<decltype(zero)>;
    });
    EXPECT_EQ(seen, dtype);
  }
}

TEST(Dtype, visit_floating_refuses_integers) {
  for (const Dtype dtype : {f32, f64}) {
    EXPECT_EQ(visit_floating("f", dtype, [](auto zero) { return dtype_of<decltype(zero)>; }),
              dtype);
  }
  test::expect_error<DtypeError>([] { visit_floating("exp", i64, [](auto) {}); },
                                 "exp: dtype must be f32 or f64, got i64; convert it with "
                                 "convert(x, f32)");
  EXPECT_THROW(visit_floating("exp", u8, [](auto) {}), DtypeError);
}

}  // namespace
}  // namespace gradus
