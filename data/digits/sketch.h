#pragma once
// Sketch: the pen's way over the paper as a few smooth runs through control points.  One unit is
// about the height of the digit; x grows to the right, y downwards.
#include <gradus/core/random.h>

#include <vector>

namespace gradus::data::handwriting {

struct Point {
  double x = 0;
  double y = 0;
};

/// A stretch without corner and without lifting the pen.
using Run = std::vector<Point>;

/// The point of the unit circle at `turns` full turns, clockwise from the right.  Within 0.002 of
/// it: rational, so the same bits on every platform.
Point on_circle(double turns);

/// The curve through the control points of a run, as a polyline.
Run smooth(const Run& controls);

/// Draws runs whose control points stray from where they are meant to be, and holds the choices
/// that a skeleton makes.
class Sketch {
 public:
  /// `unsteadiness` is the standard deviation of a control point's place.
  Sketch(Rng& rng, double unsteadiness) : rng_(rng), unsteadiness_(unsteadiness) {}

  double between(double low, double high) { return rng_.uniform(low, high); }
  bool chance(double probability) { return rng_.uniform() < probability; }

  /// Lifts the pen and sets it down near p.  (Points in braces: their parts are evaluated in order,
  /// those of argument lists are not, and a compiler's choice must not change the picture.)
  Sketch& down(Point p);
  /// Goes on smoothly to near p.
  Sketch& to(Point p);
  /// The next point begins a new direction where the pen is.
  Sketch& corner();
  /// Goes on along an ellipse, from angle `from` through `turns`, both in full turns; clockwise if
  /// positive.  The radii change by the factor `growth` on the way.
  Sketch& arc(Point centre, double rx, double ry, double from, double turns, double growth = 1);

  const std::vector<Run>& runs() const { return runs_; }

 private:
  Point stray(Point p);

  Rng& rng_;
  double unsteadiness_;
  std::vector<Run> runs_;
};

}  // namespace gradus::data::handwriting
