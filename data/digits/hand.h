#pragma once
// Hand: how one writer bends a skeleton, and the pen that is used.
#include <gradus/data/digits/sketch.h>

#include <array>

namespace gradus::data::handwriting {

struct Hand {
  double unsteadiness = 0;  ///< standard deviation of a control point, in digit heights
  double slant = 0;         ///< to the right for each unit upwards
  double aspect = 1;        ///< width over height, 1 as in the skeleton
  double rotation = 0;      ///< tangent of half the angle, clockwise
  double radius = 1;        ///< half the pen's width, in pixels
  double pressure = 0;      ///< relative change of the radius along a run
  double softness = 1;      ///< pixels from full ink to none at an edge

  /// Smooth bending: displacements in x and y as products of Chebyshev polynomials of total degree
  /// 2 and 3 (degree 1 is what slant, aspect and rotation do).
  static constexpr int kTerms = 7;
  std::array<double, kTerms> bend_x{};
  std::array<double, kTerms> bend_y{};

  /// A writer picked at random.
  static Hand random(Rng& rng);

  /// Where this writer puts a point of the skeleton.
  Point place(Point p) const;
};

}  // namespace gradus::data::handwriting
