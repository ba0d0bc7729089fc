#include <gradus/core/dtype.h>
#include <gradus/core/error.h>
#include <gradus/core/shape.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <new>
#include <stdexcept>

#include "support/limits.h"
#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kInf;
using test::kNan;

TEST(Error, message_is_the_parts_one_after_the_other) {
  expect_error<ValueError>([] { require(false, "f: n must be at least ", 1, ", got ", -3); },
                           "f: n must be at least 1, got -3");
}

TEST(Error, parts_take_every_kind_of_value) {
  const std::string text = "text";
  EXPECT_EQ(join({"a", std::string_view("b"), text, true, false, 'c'}), "abtexttruefalsec");
  EXPECT_EQ(join({std::numeric_limits<std::int64_t>::min()}), "-9223372036854775808");
  EXPECT_EQ(join({std::numeric_limits<std::uint64_t>::max()}), "18446744073709551615");
  EXPECT_EQ(join({7U, " ", 8L, " ", 9ULL, " ", -1LL}), "7 8 9 -1");
  EXPECT_EQ(join({0.1, " ", 1e300, " ", -0.0}), "0.1 1e+300 -0");
  EXPECT_EQ(join({Shape{2, 3}, " ", f32}), "[2, 3] f32");
  EXPECT_EQ(join({}), "");
}

TEST(Error, what_was_caught_has_a_message) {
  const auto message_of = [](const auto& thrown) -> std::string {
    try {
      throw thrown;
    } catch (...) {
      return caught_message();
    }
  };
  EXPECT_EQ(message_of(ShapeError("f: sizes must agree")), "f: sizes must agree");
  EXPECT_EQ(message_of(std::out_of_range("of others")), "of others");
  EXPECT_EQ(message_of(std::bad_alloc()), "there is not enough memory");
  EXPECT_EQ(message_of(7), "an exception of an unknown type");
}

TEST(Error, numbers_that_are_not_finite_have_names) {
  EXPECT_EQ(join({kInf, " ", -kInf, " ", kNan}), "inf -inf nan");
  EXPECT_EQ(
      join({std::numeric_limits<double>::denorm_min(), " ", std::numeric_limits<double>::lowest()}),
      "5e-324 -1.7976931348623157e+308");
}

TEST(Error, nothing_happens_when_the_condition_holds) {
  EXPECT_NO_THROW(require<ShapeError>(true, "never"));
}

struct Counting {
  int* conversions;
};
std::string to_text(const Counting& x) {
  ++*x.conversions;
  return "counted";
}

TEST(Error, parts_become_text_only_when_the_condition_fails) {
  int conversions = 0;
  const Counting part{&conversions};
  require(true, part);
  EXPECT_EQ(conversions, 0);
  expect_error<ValueError>([&] { require(false, part); }, "counted");
  EXPECT_EQ(conversions, 1);
}

TEST(Error, every_type_is_an_error_of_the_library_and_of_std) {
  EXPECT_THROW(fail<ShapeError>({"x"}), Error);
  EXPECT_THROW(fail<DtypeError>({"x"}), Error);
  EXPECT_THROW(fail<IndexError>({"x"}), Error);
  EXPECT_THROW(fail<ValueError>({"x"}), Error);
  EXPECT_THROW(fail<GraphError>({"x"}), Error);
  EXPECT_THROW(fail<MemoryError>({"x"}), Error);
  EXPECT_THROW(fail<FileError>({"x"}), std::runtime_error);
}

}  // namespace
}  // namespace gradus
