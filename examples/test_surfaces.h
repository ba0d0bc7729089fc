#pragma once
// Surfaces on which optimizers are raced: functions of two numbers, of which the minima are known.
// Each is written once, for tensors, so that autograd gives its gradient.
//
// Rosenbrock: An automatic method for finding the greatest or least value of a function. The
//   Computer Journal 3(3), 1960.
// Beale: On an iterative method for finding a local minimum of a function of more than one
//   variable. Princeton University, Statistical Techniques Research Group, report 25, 1958.
// Himmelblau: Applied nonlinear programming. McGraw-Hill, 1972.
#include <gradus/gradus.h>
#include <gradus/train/plot.h>

#include <string>
#include <vector>

namespace test_surfaces {

using gradus::Tensor;

struct Surface {
  std::string name;
  Tensor (*f)(const Tensor& x, const Tensor& y);  ///< of each element
  double lowest;                                  ///< the value of f at its minima
  std::vector<gradus::train::Point> minima;
  gradus::train::Range x, y;     ///< what a figure shows
  gradus::train::Point start;    ///< of the path in a figure
  gradus::train::Range start_y;  ///< of random starts, whose x is anywhere in x
};

inline Tensor square(const Tensor& x) { return x * x; }

/// A valley whose walls are a hundred times as steep as its floor.
inline Tensor ravine(const Tensor& x, const Tensor& y) {
  return 0.5 * square(x) + 50.0 * square(y);
}

/// The same, turned by 30 degrees.  Rules with a rate for each coordinate have lost their help:
/// the valley no longer lies along one.
inline Tensor turned_ravine(const Tensor& x, const Tensor& y) {
  const double c = 0.8660254037844386, s = 0.5;
  return ravine(c * x + s * y, c * y - s * x);
}

/// A curved valley, easy to find and slow to follow.
inline Tensor rosenbrock(const Tensor& x, const Tensor& y) {
  return square(1.0 - x) + 100.0 * square(y - square(x));
}

/// Flat wings, steep corners.
inline Tensor beale(const Tensor& x, const Tensor& y) {
  return square(1.5 - x + x * y) + square(2.25 - x + x * square(y)) +
         square(2.625 - x + x * square(y) * y);
}

/// Four minima, all equally deep.
inline Tensor himmelblau(const Tensor& x, const Tensor& y) {
  return square(square(x) + y - 11.0) + square(x + square(y) - 7.0);
}

/// Flat at (0, 0), which draws paths in along x; the minima lie on both sides of it.
inline Tensor saddle(const Tensor& x, const Tensor& y) {
  return square(x) - 0.5 * square(y) + 0.25 * square(square(y));
}

inline std::vector<Surface> all() {
  return {
      {"ravine", ravine, 0, {{0, 0}}, {-3, 3}, {-2, 2}, {-2.6, 1.2}, {-2, 2}},
      {"turned ravine", turned_ravine, 0, {{0, 0}}, {-3, 3}, {-2, 2}, {-2.6, -0.6}, {-2, 2}},
      {"Rosenbrock", rosenbrock, 0, {{1, 1}}, {-2, 2}, {-1, 3}, {-1.5, 2.6}, {-1, 3}},
      {"Beale", beale, 0, {{3, 0.5}}, {-1, 4.5}, {-2, 2}, {0.6, -1.2}, {-1, 1}},
      {"Himmelblau",
       himmelblau,
       0,
       {{3, 2}, {-2.805118, 3.131313}, {-3.779310, -3.283186}, {3.584428, -1.848127}},
       {-5, 5},
       {-5, 5},
       {-0.5, -4.5},
       {-5, 5}},
      // Random starts lie near the line y = 0, on which gradients point straight at (0, 0).
      {"saddle",
       saddle,
       -0.25,
       {{0, 1}, {0, -1}},
       {-2, 2},
       {-1.5, 1.5},
       {-1.6, 0.01},
       {-0.01, 0.01}},
  };
}

/// n points, f64 [2, n], x above y.
inline Tensor random_starts(const Surface& s, gradus::Index n, gradus::Rng rng) {
  const Tensor starts = gradus::empty({2, n}, gradus::f64);
  copy(select(starts, 0, 0), gradus::rand({n}, rng, s.x.low, s.x.high, gradus::f64));
  copy(select(starts, 0, 1), gradus::rand({n}, rng, s.start_y.low, s.start_y.high, gradus::f64));
  return starts;
}

/// Its level lines, each three times as high as the one before.
inline void draw_levels(const Surface& s, gradus::train::Panel& panel) {
  std::vector<double> levels;
  for (double height = 0.1; height < 2e4; height *= 3) {
    levels.push_back(s.lowest + height);
  }
  const auto at = [](double value) { return gradus::full({1}, value, gradus::f64); };
  panel.levels([&](double x, double y) { return s.f(at(x), at(y)).item(); }, levels, 200);
}

inline void draw_minima(const Surface& s, gradus::train::Panel& panel) {
  for (const gradus::train::Point& minimum : s.minima) {
    panel.mark(minimum.x, minimum.y, gradus::train::Mark::star);
  }
}

}  // namespace test_surfaces
