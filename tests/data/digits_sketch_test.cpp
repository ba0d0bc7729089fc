#include <gradus/data/digits/hand.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace gradus::data::handwriting {
namespace {

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

TEST(OnCircle, is_within_2e3_of_cosine_and_sine) {
  for (int i = -300; i <= 300; ++i) {
    const double turns = i / 100.0;
    const double angle = 2 * std::numbers::pi * turns;
    EXPECT_NEAR(on_circle(turns).x, std::cos(angle), 2e-3) << turns << " turns";
    EXPECT_NEAR(on_circle(turns).y, std::sin(angle), 2e-3) << turns << " turns";
  }
}

TEST(OnCircle, is_exact_at_the_quarters) {
  EXPECT_EQ(on_circle(0).x, 1);
  EXPECT_EQ(on_circle(0.25).y, 1);
  EXPECT_EQ(on_circle(0.5).x, -1);
  EXPECT_EQ(on_circle(-0.25).y, -1);
}

TEST(Smooth, passes_through_its_control_points) {
  const std::vector<Point> controls = {{0, 0}, {1, 0.5}, {0.5, 1}, {0, 0.75}};
  const std::vector<Point> curve = smooth(controls);
  for (const Point control : controls) {
    double nearest = 1;
    for (const Point p : curve) {
      nearest = std::min(nearest, distance(p, control));
    }
    EXPECT_LT(nearest, 1e-9);
  }
}

TEST(Smooth, keeps_a_straight_line_straight) {
  for (const Point p : smooth({{0, 0}, {0.25, 0.5}, {0.75, 1.5}, {1, 2}})) {
    EXPECT_NEAR(p.y, 2 * p.x, 1e-12);
  }
}

TEST(Smooth, turns_less_than_the_polygon_of_its_controls) {
  // The sharpest turn between neighbouring pieces: a right angle in the polygon.
  const std::vector<Point> curve = smooth({{0, 0}, {1, 0}, {1, 1}});
  double least_cosine = 1;
  for (std::size_t i = 2; i < curve.size(); ++i) {
    const Point a = {curve[i - 1].x - curve[i - 2].x, curve[i - 1].y - curve[i - 2].y};
    const Point b = {curve[i].x - curve[i - 1].x, curve[i].y - curve[i - 1].y};
    least_cosine = std::min(
        least_cosine, (a.x * b.x + a.y * b.y) / (std::hypot(a.x, a.y) * std::hypot(b.x, b.y)));
  }
  EXPECT_GT(least_cosine, std::cos(std::numbers::pi / 4));
}

TEST(Sketch, a_steady_hand_draws_what_it_is_told) {
  Rng rng(1);
  Sketch s(rng, 0);
  s.down({0, 0}).to({0, 1}).corner().to({1, 1}).down({0.5, 0.25}).to({0.5, 0.75});
  ASSERT_EQ(s.runs().size(), 3U);
  EXPECT_EQ(distance(s.runs()[0].back(), {0, 1}), 0);
  EXPECT_EQ(distance(s.runs()[1].front(), {0, 1}), 0);
  EXPECT_EQ(distance(s.runs()[1].back(), {1, 1}), 0);
  EXPECT_EQ(distance(s.runs()[2].front(), {0.5, 0.25}), 0);
}

TEST(Sketch, an_unsteady_hand_strays_by_its_unsteadiness) {
  Rng rng(1);
  Sketch s(rng, 0.1);
  s.down({0, 0});
  for (int i = 0; i < 5000; ++i) {
    s.to({0, 0});
  }
  double squares = 0;
  for (const Point p : s.runs().front()) {
    squares += p.x * p.x;
  }
  // The standard deviation of this estimate is 0.1 / sqrt(2 * 5000) = 0.001.
  EXPECT_NEAR(std::sqrt(squares / 5001), 0.1, 0.005);
}

TEST(Sketch, a_positive_arc_goes_clockwise) {
  Rng rng(1);
  Sketch s(rng, 0);
  s.down({2, 0}).arc({0, 0}, 2, 1, 0, 0.25);
  EXPECT_LT(distance(s.runs().front().back(), {0, 1}), 1e-12);  // y grows downwards
}

Hand plain_hand() { return {.aspect = 1}; }

TEST(Hand, leaves_the_shape_alone_without_any_bending) {
  const Point p = plain_hand().place({0.75, 1});
  EXPECT_EQ(p.x, 0.25);
  EXPECT_EQ(p.y, 0.5);
}

TEST(Hand, slants_the_top_to_the_right) {
  Hand hand = plain_hand();
  hand.slant = 0.5;
  EXPECT_EQ(hand.place({0.5, 0}).x, 0.25);
  EXPECT_EQ(hand.place({0.5, 1}).x, -0.25);
}

TEST(Hand, rotates_without_changing_lengths) {
  Hand hand = plain_hand();
  hand.rotation = std::tan(0.2 / 2);
  const Point right = hand.place({1.5, 0.5});
  EXPECT_NEAR(right.x, std::cos(0.2), 1e-15);
  EXPECT_NEAR(right.y, std::sin(0.2), 1e-15);
}

TEST(Hand, bends_by_chebyshev_products) {
  Hand hand = plain_hand();
  hand.bend_x[2] = 0.1;  // T2(v), v = 2 y - 1: 1 at both ends, -1 in the middle
  EXPECT_DOUBLE_EQ(hand.place({0.5, 0}).x, 0.1);
  EXPECT_DOUBLE_EQ(hand.place({0.5, 0.5}).x, -0.1);
  EXPECT_DOUBLE_EQ(hand.place({0.5, 1}).x, 0.1);
}

}  // namespace
}  // namespace gradus::data::handwriting
