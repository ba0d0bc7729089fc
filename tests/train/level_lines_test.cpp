#include <gradus/train/level_lines.h>

#include <cmath>
#include <limits>

#include "support/naive.h"

namespace gradus::train {
namespace {

double length(const Points& line) {
  double sum = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    sum += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  }
  return sum;
}

TEST(LevelLines, of_a_plane_is_one_straight_line) {
  const auto lines = level_lines([](double x, double y) { return x + y; }, 0.75, 10);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NEAR(length(lines[0]), 0.75 * std::sqrt(2.0), 1e-12);
  for (const Point& p : lines[0]) {
    EXPECT_NEAR(p.x + p.y, 0.75, 1e-12);
  }
}

TEST(LevelLines, of_a_bowl_is_one_closed_circle) {
  const auto lines =
      level_lines([](double x, double y) { return std::hypot(x - 0.5, y - 0.5); }, 0.3, 100);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].front().x, lines[0].back().x);
  EXPECT_EQ(lines[0].front().y, lines[0].back().y);
  EXPECT_NEAR(length(lines[0]), 2 * std::acos(-1.0) * 0.3, 1e-3);
}

TEST(LevelLines, of_two_wells_are_two_circles_and_then_one) {
  const auto wells = [](double x, double y) {
    return std::min(std::hypot(x - 0.3, y - 0.5), std::hypot(x - 0.7, y - 0.5));
  };
  EXPECT_EQ(level_lines(wells, 0.15, 50).size(), 2U);
  EXPECT_EQ(level_lines(wells, 0.25, 50).size(), 1U);
}

TEST(LevelLines, of_a_saddle_within_one_square_follow_its_middle) {
  // Corners 0 and 2 above, 1 and 3 below; the middle is 0 here.
  const auto saddle = [](double x, double y) { return (x - 0.5) * (y - 0.5); };
  const auto above = level_lines(saddle, -0.1, 1);  // the middle is above: 1 and 3 stand alone
  ASSERT_EQ(above.size(), 2U);
  for (const Points& line : above) {
    EXPECT_GT(std::abs((line[0].x + line[1].x) / 2 - (line[0].y + line[1].y) / 2), 0.3);
  }
  const auto below = level_lines(saddle, 0.1, 1);  // the middle is below: 0 and 2 stand alone
  ASSERT_EQ(below.size(), 2U);
  for (const Points& line : below) {
    EXPECT_GT(std::abs((line[0].x + line[1].x) / 2 + (line[0].y + line[1].y) / 2 - 1), 0.3);
  }
}

TEST(LevelLines, are_none_where_the_level_is_not_reached) {
  EXPECT_TRUE(level_lines([](double x, double) { return x; }, 2, 10).empty());
}

TEST(LevelLines, leave_out_squares_where_f_is_not_finite) {
  const auto f = [](double x, double y) {
    return x < 0.45 ? std::numeric_limits<double>::quiet_NaN() : y;
  };
  const auto lines = level_lines(f, 0.25, 10);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NEAR(length(lines[0]), 0.5, 1e-12);  // from 0.5 to 1
}

TEST(LevelLines, refuse_what_makes_no_grid) {
  const auto f = [](double x, double) { return x; };
  test::expect_error<ValueError>([&] { level_lines(f, std::nan(""), 10); },
                                 "level_lines: level must be finite, got nan");
  test::expect_error<ValueError>([&] { level_lines(f, 1, 0); },
                                 "level_lines: cells must be 1 to 4096, got 0");
  test::expect_error<ValueError>([&] { level_lines(nullptr, 1, 10); },
                                 "level_lines: f must be a function, got none");
}

}  // namespace
}  // namespace gradus::train
