#include <gradus/data/digits/ink.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace gradus::data::handwriting {
namespace {

using Pixels = std::array<std::uint8_t, kSide * kSide>;

Pixels ink(const std::vector<Run>& runs, const Hand& hand) {
  Rng rng(1);
  Pixels pixels;
  draw_ink(runs, hand, rng, pixels.data());
  return pixels;
}

// How many rows hold ink above half.
int rows_with_ink(const Pixels& pixels) {
  int rows = 0;
  for (int row = 0; row < kSide; ++row) {
    const auto* first = pixels.data() + row * kSide;
    rows += std::any_of(first, first + kSide, [](std::uint8_t pixel) { return pixel > 127; });
  }
  return rows;
}

std::vector<Run> stick() {
  Run run;
  for (int i = 0; i <= 20; ++i) {
    run.push_back({0, i / 20.0});
  }
  return {run};
}

TEST(Ink, a_stick_fills_the_height_of_the_box) {
  // The ends are rough by a tenth of the radius: a row more or less.
  EXPECT_NEAR(rows_with_ink(ink(stick(), {.radius = 1.5})), kBox, 1);
}

TEST(Ink, a_stick_is_as_wide_as_the_pen) {
  for (const double radius : {0.75, 1.0, 1.5, 2.0}) {
    const Pixels pixels = ink(stick(), {.radius = radius});
    double sum = 0;
    for (int row = 8; row < 20; ++row) {
      for (int column = 0; column < kSide; ++column) {
        sum += pixels[static_cast<std::size_t>(row * kSide + column)] / 255.0;
      }
    }
    // The mean width of 12 rows.  Roughness widens it: a pixel keeps the most ink it was given.
    EXPECT_NEAR(sum / 12, 2 * radius, 0.15 * radius + 0.1) << "radius " << radius;
  }
}

TEST(Ink, a_broad_pen_is_full_in_its_middle_and_grey_at_its_edges) {
  const Pixels pixels = ink(stick(), {.radius = 2});
  EXPECT_EQ(pixels[14 * kSide + 14], 255);
  EXPECT_TRUE(std::any_of(pixels.begin(), pixels.end(),
                          [](std::uint8_t pixel) { return pixel > 0 && pixel < 255; }));
}

TEST(Ink, the_size_of_the_runs_does_not_matter) {
  auto large = stick();
  for (Point& p : large.front()) {
    p = {64 * p.x + 128, 64 * p.y - 1024};  // powers of two: exact
  }
  EXPECT_EQ(ink(large, {.radius = 1.5}), ink(stick(), {.radius = 1.5}));
}

TEST(Ink, the_centre_of_mass_is_in_the_middle_though_the_box_is_not) {
  // An L: its centre of mass is left of and below its box's middle.
  const Pixels pixels = ink({{{0, 0}, {0, 1}, {1, 1}}}, {.radius = 1.5});
  double mass = 0;
  double mx = 0;
  double my = 0;
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      const double pixel = pixels[static_cast<std::size_t>(row * kSide + column)];
      mass += pixel;
      mx += pixel * column;
      my += pixel * row;
    }
  }
  EXPECT_NEAR(mx / mass, 14, 0.51);
  EXPECT_NEAR(my / mass, 14, 0.51);
}

}  // namespace
}  // namespace gradus::data::handwriting
