#pragma once
// From pixels to the numbers that a network takes.
#include <gradus/core/tensor.h>

namespace gradus::data {

/// The mean and standard deviation of MNIST's training pixels, divided by 255.
inline constexpr double kMnistMean = 0.1307;
inline constexpr double kMnistStddev = 0.3081;

/// Pixels of 0 to 255 become numbers of mean about 0 and deviation about 1:
///   y = (pixel / 255 - mean) / stddev
/// as y = (pixel - shift) * scale, with both constants folded in double and rounded to f32 once. So
/// y is within 3 roundings of the formula, and the same bits on every machine.
class PixelScale {
 public:
  /// Throws ValueError unless both are finite and stddev is above 0.
  PixelScale(double mean, double stddev);
  /// to[i] from from[i], i below n.
  void apply(const std::uint8_t* from, Index n, float* to) const;

 private:
  float shift_;
  float scale_;
};

/// All the images at once: u8 of any shape to f32 of the same.  Throws DtypeError for another
/// dtype.
Tensor normalize(const Tensor& images, double mean, double stddev);

}  // namespace gradus::data
