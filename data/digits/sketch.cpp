#include <gradus/data/digits/sketch.h>

#include <cmath>

namespace gradus::data::handwriting {
namespace {

Point mix(Point a, Point b, double t) { return {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t}; }

double knot_distance(Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  return std::sqrt(std::sqrt(dx * dx + dy * dy)) + 1e-6;
}

// cos(pi x) for |x| <= 1/2, after Bhaskara I.
double half_wave(double x) { return (1 - 4 * x * x) / (1 + x * x); }

}  // namespace

Point on_circle(double turns) {
  const double t = turns - std::floor(turns + 0.25);  // in [-1/4, 3/4)
  const double x = t < 0.25 ? half_wave(2 * t) : -half_wave(2 * t - 1);
  const double u = turns - 0.25 - std::floor(turns);  // sin is cos a quarter turn later
  const double y = u < 0.25 ? half_wave(2 * u) : -half_wave(2 * u - 1);
  return {x, y};
}

// Centripetal Catmull-Rom: no loops or cusps within a piece.
// Yuksel, Schaefer, Keyser: Parameterization and Applications of Catmull-Rom Curves. Computer-Aided
// Design 43, 2011.  Evaluated by the pyramid of Barry and Goldman, SIGGRAPH 1988.
Run smooth(const Run& controls) {
  constexpr int kSteps = 6;
  const auto last = static_cast<std::ptrdiff_t>(controls.size()) - 1;
  const auto at = [&](std::ptrdiff_t i) {
    const auto point = [&](std::ptrdiff_t j) { return controls[static_cast<std::size_t>(j)]; };
    // The ends are mirrored once outwards.
    return i < 0      ? mix(point(1), point(0), 2)
           : i > last ? mix(point(last - 1), point(last), 2)
                      : point(i);
  };
  Run curve;
  curve.push_back(controls.front());
  for (std::ptrdiff_t i = 0; i < last; ++i) {
    const Point p0 = at(i - 1);
    const Point p1 = at(i);
    const Point p2 = at(i + 1);
    const Point p3 = at(i + 2);
    const double t1 = knot_distance(p0, p1);
    const double t2 = t1 + knot_distance(p1, p2);
    const double t3 = t2 + knot_distance(p2, p3);
    for (int step = 1; step <= kSteps; ++step) {
      const double t = t1 + (t2 - t1) * step / kSteps;
      const Point a = mix(p0, p1, t / t1);
      const Point b = mix(p1, p2, (t - t1) / (t2 - t1));
      const Point c = mix(p2, p3, (t - t2) / (t3 - t2));
      const Point ab = mix(a, b, t / t2);
      const Point bc = mix(b, c, (t - t1) / (t3 - t1));
      curve.push_back(mix(ab, bc, (t - t1) / (t2 - t1)));
    }
  }
  return curve;
}

Point Sketch::stray(Point p) {
  const double dx = unsteadiness_ * rng_.normal();
  const double dy = unsteadiness_ * rng_.normal();
  return {p.x + dx, p.y + dy};
}

Sketch& Sketch::down(Point p) {
  runs_.push_back({stray(p)});
  return *this;
}

Sketch& Sketch::to(Point p) {
  runs_.back().push_back(stray(p));
  return *this;
}

Sketch& Sketch::corner() {
  const Point here = runs_.back().back();
  runs_.push_back({here});
  return *this;
}

Sketch& Sketch::arc(Point centre, double rx, double ry, double from, double turns, double growth) {
  const int pieces = static_cast<int>(std::ceil(std::fabs(turns) * 9));
  for (int i = 0; i <= pieces; ++i) {
    const double part = static_cast<double>(i) / pieces;
    const Point p = on_circle(from + turns * part);
    const double scale = 1 + (growth - 1) * part;
    to({centre.x + rx * scale * p.x, centre.y + ry * scale * p.y});
  }
  return *this;
}

}  // namespace gradus::data::handwriting
