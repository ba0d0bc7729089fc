#include <gradus/core/view.h>
#include <gradus/data/transforms.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"

namespace gradus::data {
namespace {

Tensor all_pixels(const Shape& shape) {
  Tensor images(shape, u8);
  for (Index i = 0; i < images.numel(); ++i) {
    images.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
  }
  return images;
}

TEST(Normalize, every_pixel_follows_the_formula) {
  const double settings[][2] = {{0.1307, 0.3081}, {0, 1}, {0.5, 0.5}, {-3, 100}, {0.2860, 0.3530}};
  for (const auto& [mean, stddev] : settings) {
    const Tensor y = normalize(all_pixels({256}), mean, stddev);
    EXPECT_EQ(y.dtype(), f32);
    for (Index pixel = 0; pixel < 256; ++pixel) {
      const double expected = (static_cast<double>(pixel) / 255 - mean) / stddev;
      // Four roundings to 24 bits: of 255 * mean, then of difference, factor and product.
      const double tolerance = 0x1p-24 * (std::fabs(mean / stddev) + 3.01 * std::fabs(expected));
      ASSERT_NEAR(y.data<float>()[pixel], expected, tolerance) << mean << " " << pixel;
    }
  }
}

TEST(Normalize, with_mean_0_and_deviation_1_pixels_lie_from_exactly_0_to_exactly_1) {
  const Tensor y = normalize(all_pixels({256}), 0, 1);
  EXPECT_EQ(y.data<float>()[0], 0.0f);
  EXPECT_EQ(y.data<float>()[255], 1.0f);
}

// One more than the pieces of the parallel loop, and a strided view.
TEST(Normalize, large_images_and_views_keep_their_shape_and_places) {
  const Tensor images = all_pixels({3, 257, 257});
  const Tensor y = normalize(images, 0.1307, 0.3081);
  ASSERT_EQ(y.shape(), images.shape());
  const Tensor row = normalize(all_pixels({256}), 0.1307, 0.3081);
  for (Index i = 0; i < y.numel(); ++i) {
    ASSERT_EQ(y.data<float>()[i], row.data<float>()[i % 256]) << i;
  }
  const Tensor turned = core::transpose(images, 1, 2);
  test::expect_same(normalize(turned, 0.1307, 0.3081), test::read(core::transpose(y, 1, 2)));
  EXPECT_EQ(normalize(zeros({0, 28, 28}, u8), 0, 1).shape(), (Shape{0, 28, 28}));
}

TEST(Normalize, refuses_what_are_no_pixels) {
  test::expect_error<DtypeError>([] { normalize(zeros({2}), 0, 1); },
                                 "normalize: images must be u8, got f32");
  test::expect_error<ValueError>([] { normalize(zeros({2}, u8), NAN, 1); },
                                 "PixelScale: mean must be finite, also in f32, got nan");
}

}  // namespace
}  // namespace gradus::data
