#include <gradus/data/digits/ink.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gradus::data::handwriting {
namespace {

using Canvas = std::array<double, kSide * kSide>;

// Scales and moves the runs so that their box, grown by the pen, is kBox pixels long and in the
// middle of the canvas.
void fit(std::vector<Run>& runs, double radius) {
  Point low{1e9, 1e9};
  Point high{-1e9, -1e9};
  for (const Run& run : runs) {
    for (const Point p : run) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
  }
  const double scale = (kBox - 2 * radius) / std::max(high.x - low.x, high.y - low.y);
  for (Run& run : runs) {
    for (Point& p : run) {
      p = {kSide / 2.0 + (p.x - (low.x + high.x) / 2) * scale,
           kSide / 2.0 + (p.y - (low.y + high.y) / 2) * scale};
    }
  }
}

// Inks a piece of a run whose radius goes from ra at a to rb at b.  Pixel (row, column) has its
// centre at (column + 1/2, row + 1/2).
void ink_piece(Canvas& canvas, Point a, Point b, double ra, double rb, double softness) {
  const double reach = std::max(ra, rb) + softness / 2 + 0.5;
  const auto first = [&](double x) { return std::clamp(static_cast<int>(x - reach), 0, kSide); };
  const auto last = [&](double x) { return std::clamp(static_cast<int>(x + reach) + 1, 0, kSide); };
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double inverse = 1 / std::max(dx * dx + dy * dy, 1e-12);
  for (int row = first(std::min(a.y, b.y)); row < last(std::max(a.y, b.y)); ++row) {
    for (int column = first(std::min(a.x, b.x)); column < last(std::max(a.x, b.x)); ++column) {
      const double x = column + 0.5 - a.x;
      const double y = row + 0.5 - a.y;
      const double along = std::clamp((x * dx + y * dy) * inverse, 0.0, 1.0);
      const double ex = x - along * dx;
      const double ey = y - along * dy;
      const double distance = std::sqrt(ex * ex + ey * ey);
      const double radius = ra + (rb - ra) * along;
      const double ink = std::clamp((radius - distance) / softness + 0.5, 0.0, 1.0);
      double& pixel = canvas[static_cast<std::size_t>(row * kSide + column)];
      pixel = std::max(pixel, ink);
    }
  }
}

// The pixel, in each direction and counted from 0, whose centre is the middle of an image.  An even
// side has no middle pixel: of the two candidates this one is MNIST's.
constexpr int kMiddle = kSide / 2;

// Copies the canvas, shifted by whole pixels so that the centre of mass is within half a pixel of
// the middle.
void write_centred(const Canvas& canvas, std::uint8_t* pixels) {
  double mass = 0;
  double mx = 0;
  double my = 0;
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      const double ink = canvas[static_cast<std::size_t>(row * kSide + column)];
      mass += ink;
      mx += ink * column;
      my += ink * row;
    }
  }
  const int right = static_cast<int>(std::floor(kMiddle - mx / mass + 0.5));
  const int down = static_cast<int>(std::floor(kMiddle - my / mass + 0.5));
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      const int r = row - down;
      const int c = column - right;
      const bool inside = r >= 0 && r < kSide && c >= 0 && c < kSide;
      const double ink = inside ? canvas[static_cast<std::size_t>(r * kSide + c)] : 0;
      pixels[row * kSide + column] = static_cast<std::uint8_t>(255 * ink + 0.5);
    }
  }
}

// The radius along a run: it goes evenly from the start through a middle to the end, and is a
// little rough from place to place.
class Pen {
 public:
  Pen(const Hand& hand, Rng& rng, std::size_t pieces) : rng_(rng), pieces_(pieces) {
    for (double& radius : radii_) {
      radius = hand.radius * (1 + hand.pressure * rng.uniform(-1, 1));
    }
  }

  // After `piece` of the run's pieces.
  double radius(std::size_t piece) {
    const double t = 2 * static_cast<double>(piece) / static_cast<double>(pieces_);
    const double even = t < 1 ? radii_[0] + (radii_[1] - radii_[0]) * t
                              : radii_[1] + (radii_[2] - radii_[1]) * (t - 1);
    return even * (1 + kRoughness * rng_.normal());
  }

 private:
  static constexpr double kRoughness = 0.1;

  Rng& rng_;
  std::size_t pieces_;
  std::array<double, 3> radii_;
};

}  // namespace

void draw_ink(std::vector<Run> runs, const Hand& hand, Rng& rng, std::uint8_t* pixels) {
  fit(runs, hand.radius);
  Canvas canvas{};
  for (const Run& run : runs) {
    Pen pen(hand, rng, run.size() - 1);
    double before = pen.radius(0);
    for (std::size_t i = 1; i < run.size(); ++i) {
      const double now = pen.radius(i);
      ink_piece(canvas, run[i - 1], run[i], before, now, hand.softness);
      before = now;
    }
  }
  write_centred(canvas, pixels);
}

}  // namespace gradus::data::handwriting
