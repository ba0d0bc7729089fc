#include <gradus/data/augment.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"
#include "support/threads.h"

namespace gradus::data {
namespace {

using test::expect_error;

constexpr Distortion kAll{
    .shift = 2, .rotation = 10, .scale = 0.1, .shear = 0.1, .elastic = 1.5, .background = -0.4};

TEST(Distort, nothing_changes_nothing) {
  Rng rng(1);
  const Tensor images = randn({3, 7, 6}, rng);
  EXPECT_EQ(distort(images, {}, rng).to_vector(), images.to_vector());
}

TEST(Distort, what_is_seen_beyond_the_edge_is_the_background) {
  Rng rng(1);
  const Tensor images = full({5, 8, 9}, -0.4);
  EXPECT_EQ(distort(images, kAll, rng).to_vector(), images.to_vector());
}

TEST(Distort, a_shift_moves_a_dot_by_at_most_so_many_pixels_each_way) {
  Rng rng(1);
  const Index n = 200;
  const Tensor images = zeros({n, 11, 11});
  for (Index i = 0; i < n; ++i) {
    images.mutable_data<float>()[i * 121 + 60] = 1;
  }
  const Tensor moved = distort(images, {.shift = 2}, rng);
  double most = 0;
  for (Index i = 0; i < n; ++i) {
    double mass = 0, y = 0, x = 0;
    for (Index p = 0; p < 121; ++p) {
      const double value = moved.data<float>()[i * 121 + p];
      mass += value;
      y += value * double(p / 11 - 5);
      x += value * double(p % 11 - 5);
    }
    EXPECT_NEAR(mass, 1, 1e-6);
    EXPECT_LE(std::fabs(y), 2);
    EXPECT_LE(std::fabs(x), 2);
    most = std::max({most, y, x});
  }
  EXPECT_GT(most, 1.9);
}

TEST(Distort, turning_leaves_the_centre_where_it_is) {
  Rng rng(1);
  const Tensor images = rand({4, 9, 9}, rng);
  const Tensor turned = distort(images, {.rotation = 30, .scale = 0.2, .shear = 0.3}, rng);
  for (Index i = 0; i < 4; ++i) {
    EXPECT_EQ(turned.data<float>()[i * 81 + 40], images.data<float>()[i * 81 + 40]);
  }
  EXPECT_NE(turned.to_vector(), images.to_vector());
}

// On a ramp, whose values are its columns, the change of a value is the displacement across.
TEST(Distort, bending_displaces_by_at_most_so_many_pixels_and_neighbours_alike) {
  Rng rng(1);
  const Index n = 20;
  Tensor images = empty({n, 28, 28});
  for (Index p = 0; p < images.numel(); ++p) {
    images.mutable_data<float>()[p] = static_cast<float>(p % 28);
  }
  const Tensor bent = distort(images, {.elastic = 1.5}, rng);
  double most = 0;
  for (Index i = 0; i < n; ++i) {
    for (Index y = 2; y < 26; ++y) {
      double before = 0;
      for (Index x = 2; x < 26; ++x) {
        const double moved = bent.data<float>()[(i * 28 + y) * 28 + x] - double(x);
        most = std::max(most, std::fabs(moved));
        // 3 pixels from point to point, in cells of 6.75 pixels, at most 1.5 times the mean slope.
        EXPECT_LE(std::fabs(moved - before), x == 2 ? 1.5 : 3 * 1.5 / 6.75);
        before = moved;
      }
    }
  }
  EXPECT_LE(most, 1.5);
  EXPECT_GT(most, 1.2);
}

TEST(Distort, the_same_seed_gives_the_same_images_and_each_call_others) {
  Rng a(3);
  Rng b(3);
  const Tensor images = rand({4, 12, 12}, a);
  rand({4, 12, 12}, b);
  const std::vector<float> first = distort(images, kAll, a).to_vector();
  EXPECT_EQ(distort(images, kAll, b).to_vector(), first);
  EXPECT_NE(distort(images, kAll, b).to_vector(), first);
}

TEST(Distort, refuses_what_it_cannot_do) {
  Rng rng(1);
  expect_error<ShapeError>(
      [&] {
        distort(zeros({4, 1, 8, 8}), {}, rng);
      },
      "distort: images must be [n, height, width], got [4, 1, 8, 8]");
  expect_error<DtypeError>(
      [&] {
        distort(zeros({4, 8, 8}, u8), {}, rng);
      },
      "distort: images must be f32, got u8");
  expect_error<ValueError>(
      [&] {
        distort(zeros({4, 8, 8}), {.shift = -1}, rng);
      },
      "distort: shift must be finite and at least 0, got -1");
  expect_error<ValueError>(
      [&] {
        distort(zeros({4, 8, 8}), {.scale = 1}, rng);
      },
      "distort: scale must be at least 0 and below 1, got 1");
  expect_error<ValueError>(
      [&] {
        distort(zeros({4, 8, 8}), {.elastic = 1, .elastic_cells = 0}, rng);
      },
      "distort: elastic_cells must be at least 1, got 0");
}

TEST(ThreadsDistort, images_are_the_same_bits_for_any_number_of_threads) {
  const auto run = [](int threads) {
    const test::WithThreads with(threads);
    Rng rng(5);
    return distort(rand({9, 28, 28}, rng), kAll, rng).to_vector();
  };
  const std::vector<float> one = run(1);
  EXPECT_EQ(run(2), one);
  EXPECT_EQ(run(3), one);
}

}  // namespace
}  // namespace gradus::data
