#include <gradus/train/axis.h>

#include "support/limits.h"
#include "support/naive.h"

namespace gradus::train {
namespace {

using test::kInf;
using test::kNan;

/// The labels of the ticks that have one, with a space after each.
std::string labels(const Axis& axis, int wanted = 5) {
  std::string text;
  for (const Tick& tick : axis.ticks(wanted)) {
    text += tick.text + (tick.text.empty() ? "" : " ");
  }
  return text;
}

TEST(Axis, has_ticks_at_round_numbers) {
  EXPECT_EQ(labels(Axis("x", {0, 1}, false)), "0.0 0.2 0.4 0.6 0.8 1.0 ");
  EXPECT_EQ(labels(Axis("x", {-6, 6}, false)), "\u22126 \u22124 \u22122 0 2 4 6 ");
  EXPECT_EQ(labels(Axis("x", {3, 517}, false)), "100 200 300 400 500 ");
  EXPECT_EQ(labels(Axis("x", {0, 2e6}, false), 2), "0 1e6 2e6 ");
  EXPECT_EQ(labels(Axis("x", {0, 4e-7}, false), 2), "0 2e\u22127 4e\u22127 ");
}

TEST(Axis, has_logarithmic_ticks_at_powers_of_ten) {
  EXPECT_EQ(labels(Axis("x", {0.01, 100}, true)), "0.01 0.1 1 10 100 ");
  EXPECT_EQ(labels(Axis("x", {1e-5, 2}, true)), "10\u207B\u2074 10\u207B\u00B2 10\u2070 ");
  EXPECT_EQ(labels(Axis("x", {1, 60}, true)), "1 2 5 10 20 50 ");
  EXPECT_EQ(labels(Axis("x", {2, 9}, true)), "2 3 4 5 6 7 8 9 ");
}

TEST(Axis, marks_the_digits_between_powers_of_ten) {
  const std::vector<Tick> ticks = Axis("x", {1, 1000}, true).ticks(5);
  EXPECT_EQ(ticks.size(), 28U);  // 3 times 1 to 9, and 1000
  EXPECT_EQ(ticks[4].value, 5);
  EXPECT_EQ(ticks[4].text, "");
}

TEST(Axis, places_numbers_by_their_share) {
  const Axis linear("x", {-1, 3}, false);
  EXPECT_EQ(linear.share(-1), 0);
  EXPECT_EQ(linear.share(0), 0.25);
  EXPECT_EQ(linear.share(3), 1);
  EXPECT_EQ(linear.at(0.25), 0);
  const Axis logarithmic("x", {1, 100}, true);
  EXPECT_DOUBLE_EQ(logarithmic.share(10), 0.5);
  EXPECT_DOUBLE_EQ(logarithmic.at(0.5), 10);
}

TEST(Axis, puts_what_it_cannot_show_far_outside) {
  const Axis axis("x", {1, 100}, true);
  EXPECT_LT(axis.share(0), -10);
  EXPECT_LT(axis.share(-kInf), -10);
  EXPECT_GT(axis.share(kInf), 10);
  EXPECT_FALSE(axis.can_show(0));
  EXPECT_FALSE(axis.can_show(kNan));
  EXPECT_FALSE(axis.can_show(1e301));
}

TEST(Axis, goes_around_the_numbers_that_it_can_show) {
  const Axis axis = Axis::around("x", {3, std::nan(""), 1, kInf}, false, 0.5);
  EXPECT_EQ(axis.range().low, 0);
  EXPECT_EQ(axis.range().high, 4);
  const Axis logarithmic = Axis::around("x", {0, 1, -7, 100}, true, 0.5);
  EXPECT_DOUBLE_EQ(logarithmic.range().low, 0.1);
  EXPECT_DOUBLE_EQ(logarithmic.range().high, 1000);
}

TEST(Axis, has_a_width_where_all_numbers_are_the_same) {
  for (const double value : {0.0, 5.0, -1e-300, 1e300, -1e300}) {
    const Range range = Axis::around("x", {value, value}, false, 0.05).range();
    EXPECT_LE(range.low, value);
    EXPECT_GE(range.high, value);
    EXPECT_LT(range.low, range.high) << value;
  }
  EXPECT_EQ(Axis::around("x", {8}, true, 0.05).range().low, 4);
}

TEST(Axis, ends_its_list_of_ticks_for_any_range) {
  for (const Range range : {Range{-1e300, 1e300}, Range{0, 1e-290}, Range{1, 1 + 1e-8}}) {
    const auto count = Axis("x", range, false).ticks(5).size();
    EXPECT_GE(count, 3U);
    EXPECT_LE(count, 12U);
  }
  const auto count = Axis("x", {1e-300, 1e300}, true).ticks(5).size();
  EXPECT_LE(count, 700U);
}

TEST(Axis, refuses_ranges_that_it_cannot_draw) {
  const auto make = [](Range range, bool logarithmic) {
    return [=] { Axis("the x range of panel 1", range, logarithmic); };
  };
  const std::string start = "Figure: the x range of panel 1 must ";
  test::expect_error<ValueError>(make({2, 1}, false),
                                 start + "go from a lower to a clearly higher number, got 2 to 1");
  test::expect_error<ValueError>(make({1, 1}, false),
                                 start + "go from a lower to a clearly higher number, got 1 to 1");
  test::expect_error<ValueError>(make({0, kInf}, false), start + "be finite, got 0 to inf");
  test::expect_error<ValueError>(
      make({0, 1}, true),
      start + "be finite and above 0, since its axis is logarithmic, got 0 to 1");
  test::expect_error<ValueError>(
      [] {
        Axis::around("the y range of panel 2", {-1, 0}, true, 0);
      },
      "Figure: the y range of panel 2 must have a number to show, got none that is finite and "
      "above 0, since its axis is logarithmic");
}

}  // namespace
}  // namespace gradus::train
