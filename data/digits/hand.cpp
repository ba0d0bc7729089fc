#include <gradus/data/digits/hand.h>

#include <algorithm>

namespace gradus::data::handwriting {

// The ranges are judgements: what handwriting looks like, and what helps a classifier to read it
// (docs/digits.md tells how they were made).
Hand Hand::random(Rng& rng) {
  Hand hand;
  hand.unsteadiness = rng.uniform(0.006, 0.035);
  hand.slant = 0.25 + 0.22 * rng.normal();
  hand.aspect = rng.uniform(0.62, 1.15);
  hand.rotation = 0.06 * rng.normal();
  // Most pens are fine, a few are broad.
  const double width = rng.uniform();
  hand.radius = 0.68 + 0.7 * width + 0.6 * width * width * width;
  hand.pressure = rng.uniform(0, 0.35);
  hand.softness = rng.uniform(0.8, 1.3);
  const double degree2 = rng.uniform(0.015, 0.07);
  for (int i = 0; i < kTerms; ++i) {
    const double size = i < 3 ? degree2 : 0.4 * degree2;
    hand.bend_x[static_cast<std::size_t>(i)] = size * rng.normal();
    hand.bend_y[static_cast<std::size_t>(i)] = size * rng.normal();
  }
  return hand;
}

Point Hand::place(Point p) const {
  const double u = std::clamp(2 * p.x - 1, -1.2, 1.2);
  const double v = std::clamp(2 * p.y - 1, -1.2, 1.2);
  const double u2 = 2 * u * u - 1;
  const double v2 = 2 * v * v - 1;
  const double terms[kTerms] = {u2, u * v, v2, u * (2 * u2 - 1), u2 * v, u * v2, v * (2 * v2 - 1)};
  double x = p.x - 0.5;
  double y = p.y - 0.5;
  for (std::size_t i = 0; i < kTerms; ++i) {
    x += bend_x[i] * terms[i];
    y += bend_y[i] * terms[i];
  }
  x = x * aspect - y * slant;
  // Rotation by the rational form of cosine and sine.
  const double scale = 1 / (1 + rotation * rotation);
  const double cosine = (1 - rotation * rotation) * scale;
  const double sine = 2 * rotation * scale;
  return {cosine * x - sine * y, sine * x + cosine * y};
}

}  // namespace gradus::data::handwriting
