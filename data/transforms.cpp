#include <gradus/core/parallel.h>
#include <gradus/data/transforms.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::data {
namespace {

float shift_of(double mean) {
  require(std::fabs(255 * mean) <= std::numeric_limits<float>::max(),
          "PixelScale: mean must be finite, also in f32, got ", mean);
  return static_cast<float>(255 * mean);
}

float scale_of(double stddev) {
  // Outside these bounds the factor 1 / (255 stddev) is not a normal number of f32.
  require(stddev >= 1e-35 && stddev <= 1e35,
          "PixelScale: stddev must be above 0, from 1e-35 to 1e+35, got ", stddev);
  return static_cast<float>(1 / (255 * stddev));
}

}  // namespace

PixelScale::PixelScale(double mean, double stddev)
    : shift_(shift_of(mean)), scale_(scale_of(stddev)) {}

void PixelScale::apply(const std::uint8_t* from, Index n, float* to) const {
  const float shift = shift_;
  const float scale = scale_;
  for (Index i = 0; i < n; ++i) {
    to[i] = (static_cast<float>(from[i]) - shift) * scale;
  }
}

Tensor normalize(const Tensor& images, double mean, double stddev) {
  require<DtypeError>(images.dtype() == u8, "normalize: images must be u8, got ", images.dtype());
  const PixelScale pixels(mean, stddev);
  const Tensor dense = images.dense();
  const Tensor result(dense.shape(), f32);
  const auto* from = dense.data<std::uint8_t>();
  auto* to = result.mutable_data<float>();
  constexpr Index kPiece = 65536;
  parallel_for((dense.numel() + kPiece - 1) / kPiece, [&](Index piece) {
    const Index first = piece * kPiece;
    pixels.apply(from + first, std::min(kPiece, dense.numel() - first), to + first);
  });
  return result;
}

}  // namespace gradus::data
