#include <gradus/core/parallel.h>
#include <gradus/data/augment.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace gradus::data {
namespace {

// Where a pixel of the result comes from: (y, x) <- centre + matrix (y, x) + displacement.
struct Warp {
  double yy, yx, xy, xx;  // the matrix
  double dy, dx;
  std::vector<double> grid;  // displacements of the points, dy and dx of each
};

double between(Rng& rng, double most) { return rng.uniform(-most, most); }

Warp draw(const Distortion& d, Rng& rng) {
  Warp warp{};
  const double angle = between(rng, d.rotation) * std::numbers::pi / 180;
  const double sy = 1 + between(rng, d.scale);
  const double sx = 1 + between(rng, d.scale);
  const double shear = between(rng, d.shear);
  warp.dy = between(rng, d.shift);
  warp.dx = between(rng, d.shift);
  // Turned, then sheared along rows, then scaled.
  warp.yy = std::cos(angle) / sy;
  warp.yx = -std::sin(angle) / sx;
  warp.xy = (std::sin(angle) + shear * std::cos(angle)) / sy;
  warp.xx = (std::cos(angle) - shear * std::sin(angle)) / sx;
  if (d.elastic > 0) {
    const auto points = static_cast<std::size_t>(d.elastic_cells + 1);
    warp.grid.resize(2 * points * points);
    for (double& displacement : warp.grid) {
      displacement = between(rng, d.elastic);
    }
  }
  return warp;
}

// A place on a grid along one axis: between points cell and cell + 1, weighted by a curve that is
// flat at both (3 t^2 - 2 t^3).
struct GridPlace {
  std::size_t cell;
  double weight;
  GridPlace(Index pixel, Index size, int cells) {
    const double at = size > 1 ? double(pixel) / double(size - 1) * cells : 0;
    cell = static_cast<std::size_t>(std::min<double>(std::floor(at), cells - 1));
    const double t = at - double(cell);
    weight = t * t * (3 - 2 * t);
  }
};

double displacement(const Warp& warp, const GridPlace& y, const GridPlace& x, int cells,
                    std::size_t axis) {
  const auto points = static_cast<std::size_t>(cells + 1);
  const auto at = [&](std::size_t row, std::size_t column) {
    return warp.grid[2 * ((y.cell + row) * points + x.cell + column) + axis];
  };
  const double upper = at(0, 0) + x.weight * (at(0, 1) - at(0, 0));
  const double lower = at(1, 0) + x.weight * (at(1, 1) - at(1, 0));
  return upper + y.weight * (lower - upper);
}

// The image at a place between pixels.
float sample(const float* image, Index height, Index width, double y, double x, float background) {
  const double top = std::floor(y);
  const double left = std::floor(x);
  const auto pixel = [&](double row, double column) -> double {
    const bool inside = row >= 0 && row < double(height) && column >= 0 && column < double(width);
    return inside ? image[static_cast<Index>(row) * width + static_cast<Index>(column)]
                  : background;
  };
  const double upper = pixel(top, left) + (x - left) * (pixel(top, left + 1) - pixel(top, left));
  const double lower =
      pixel(top + 1, left) + (x - left) * (pixel(top + 1, left + 1) - pixel(top + 1, left));
  return static_cast<float>(upper + (y - top) * (lower - upper));
}

void warp_image(const float* from, Index height, Index width, const Warp& warp, const Distortion& d,
                float* to) {
  const double cy = double(height - 1) / 2;
  const double cx = double(width - 1) / 2;
  for (Index i = 0; i < height; ++i) {
    const GridPlace grid_y(i, height, d.elastic_cells);
    for (Index j = 0; j < width; ++j) {
      const double v = double(i) - cy;
      const double u = double(j) - cx;
      double y = cy + warp.yy * v + warp.yx * u + warp.dy;
      double x = cx + warp.xy * v + warp.xx * u + warp.dx;
      if (!warp.grid.empty()) {
        const GridPlace grid_x(j, width, d.elastic_cells);
        y += displacement(warp, grid_y, grid_x, d.elastic_cells, 0);
        x += displacement(warp, grid_y, grid_x, d.elastic_cells, 1);
      }
      to[i * width + j] = sample(from, height, width, y, x, static_cast<float>(d.background));
    }
  }
}

void check(const Distortion& d) {
  const auto at_least_zero = [](const char* name, double value) {
    require(value >= 0 && std::isfinite(value), "distort: ", name,
            " must be finite and at least 0, got ", value);
  };
  at_least_zero("shift", d.shift);
  at_least_zero("rotation", d.rotation);
  at_least_zero("shear", d.shear);
  at_least_zero("elastic", d.elastic);
  require(d.scale >= 0 && d.scale < 1, "distort: scale must be at least 0 and below 1, got ",
          d.scale);
  require(d.elastic_cells >= 1, "distort: elastic_cells must be at least 1, got ", d.elastic_cells);
}

}  // namespace

Tensor distort(const Tensor& images, const Distortion& distortion, Rng& rng) {
  require<ShapeError>(images.rank() == 3, "distort: images must be [n, height, width], got ",
                      images.shape());
  require<DtypeError>(images.dtype() == f32, "distort: images must be f32, got ", images.dtype());
  check(distortion);
  const Index n = images.size(0);
  const Index height = images.size(1);
  const Index width = images.size(2);
  std::vector<Warp> warps;
  for (Index i = 0; i < n; ++i) {
    warps.push_back(draw(distortion, rng));
  }
  const Tensor dense = images.dense();
  const Tensor result(images.shape(), f32);
  const float* from = dense.data<float>();
  float* to = result.mutable_data<float>();
  parallel_for(n, [&](Index i) {
    const Index first = i * height * width;
    warp_image(from + first, height, width, warps[static_cast<std::size_t>(i)], distortion,
               to + first);
  });
  return result;
}

}  // namespace gradus::data
