#include <gradus/data/digits.h>
#include <gradus/data/mnist.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "data/files.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus::data {
namespace {

constexpr Index kPixels = 28 * 28;

const std::uint8_t* image(const LabelledImages& set, Index i) {
  return set.images.data<std::uint8_t>() + i * kPixels;
}

std::int64_t label(const LabelledImages& set, Index i) {
  return set.labels.data<std::int64_t>()[i];
}

// Between images of pixels from 0 to 1.
double squared_distance(const std::uint8_t* a, const std::uint8_t* b) {
  std::int64_t sum = 0;
  for (Index k = 0; k < kPixels; ++k) {
    const int difference = a[k] - b[k];
    sum += difference * difference;
  }
  return static_cast<double>(sum) / (255.0 * 255.0);
}

// FNV-1a over the images and then the labels, as bytes.
std::uint64_t fingerprint(const LabelledImages& set) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (const std::uint8_t pixel : set.images.to_vector<std::uint8_t>()) {
    add(pixel);
  }
  for (const std::int64_t digit : set.labels.to_vector<std::int64_t>()) {
    add(static_cast<std::uint64_t>(digit));
  }
  return hash;
}

// --- the call ------------------------------------------------------------------------------------

TEST(Digits, gives_images_and_labels_of_the_stated_shapes_and_types) {
  const LabelledImages set = digits(25, 1);
  EXPECT_EQ(set.images.shape(), (Shape{25, 28, 28}));
  EXPECT_EQ(set.images.dtype(), u8);
  EXPECT_EQ(set.labels.shape(), Shape{25});
  EXPECT_EQ(set.labels.dtype(), i64);
}

TEST(Digits, of_none_is_an_empty_set) {
  const LabelledImages set = digits(0, 1);
  EXPECT_EQ(set.images.shape(), (Shape{0, 28, 28}));
  EXPECT_EQ(set.labels.shape(), Shape{0});
}

TEST(Digits, of_a_negative_number_is_an_error) {
  test::expect_error<ValueError>([] { digits(-1, 1); }, "digits: n must be at least 0, got -1");
}

// --- the seed ------------------------------------------------------------------------------------

// Recorded once, and the same from GCC and Clang with and without optimisation: it changes only
// when the pictures are meant to change.
TEST(Digits, of_a_seed_are_the_same_bytes_everywhere) {
  EXPECT_EQ(fingerprint(digits(200, 1)), 0xf10caa7171dd3febU);
}

TEST(Digits, of_a_smaller_number_begin_those_of_a_larger_one) {
  const LabelledImages all = digits(101, 7);
  for (const Index n : {1, 9, 10, 11, 100}) {
    const LabelledImages some = digits(n, 7);
    EXPECT_TRUE(std::equal(image(some, 0), image(some, 0) + n * kPixels, image(all, 0))) << n;
    EXPECT_EQ(some.labels.to_vector<std::int64_t>(),
              std::vector<std::int64_t>(all.labels.data<std::int64_t>(),
                                        all.labels.data<std::int64_t>() + n));
  }
}

TEST(Digits, of_another_seed_are_others) {
  const LabelledImages a = digits(500, 1);
  const LabelledImages b = digits(500, 2);
  EXPECT_NE(a.labels.to_vector<std::int64_t>(), b.labels.to_vector<std::int64_t>());
  for (Index i = 0; i < 500; ++i) {
    EXPECT_FALSE(std::equal(image(a, i), image(a, i) + kPixels, image(b, i))) << "image " << i;
  }
}

TEST(ThreadsDigits, are_the_same_bytes_for_any_number_of_threads) {
  const auto draw = [](int threads) {
    const test::WithThreads with(threads);
    return fingerprint(digits(305, 3));
  };
  const std::uint64_t one = draw(1);
  EXPECT_EQ(draw(2), one);
  EXPECT_EQ(draw(3), one);
}

// --- the conventions -----------------------------------------------------------------------------

TEST(Digits, hold_every_digit_once_in_each_ten_and_in_changing_order) {
  const LabelledImages set = digits(1000, 1);
  std::array<int, 10> first{};
  for (Index ten = 0; ten < 100; ++ten) {
    std::array<int, 10> count{};
    for (Index i = 10 * ten; i < 10 * ten + 10; ++i) {
      ++count[static_cast<std::size_t>(label(set, i))];
    }
    EXPECT_EQ(count, (std::array<int, 10>{1, 1, 1, 1, 1, 1, 1, 1, 1, 1})) << "ten " << ten;
    ++first[static_cast<std::size_t>(label(set, 10 * ten))];
  }
  // Each digit begins 10 of the 100, give or take four standard deviations of 3.
  EXPECT_LE(*std::max_element(first.begin(), first.end()), 22);
  EXPECT_GE(*std::min_element(first.begin(), first.end()), 1);
}

TEST(Digits, have_their_centre_of_mass_at_pixel_14) {
  const LabelledImages set = digits(2000, 1);
  for (Index i = 0; i < 2000; ++i) {
    double mass = 0;
    double mx = 0;
    double my = 0;
    for (Index k = 0; k < kPixels; ++k) {
      const double pixel = image(set, i)[k];
      mass += pixel;
      mx += pixel * static_cast<double>(k % 28);
      my += pixel * static_cast<double>(k / 28);
    }
    // Half a pixel from rounding the shift; the rest from lopsided digits that lose an edge by it.
    EXPECT_NEAR(mx / mass, 14, 0.75) << "image " << i;
    EXPECT_NEAR(my / mass, 14, 0.75) << "image " << i;
  }
}

TEST(Digits, are_20_pixels_long_on_their_longer_side) {
  const LabelledImages set = digits(2000, 1);
  int exact = 0;
  for (Index i = 0; i < 2000; ++i) {
    Index top = 28, bottom = -1, left = 28, right = -1;
    for (Index k = 0; k < kPixels; ++k) {
      if (image(set, i)[k] > 127) {
        top = std::min(top, k / 28);
        bottom = std::max(bottom, k / 28);
        left = std::min(left, k % 28);
        right = std::max(right, k % 28);
      }
    }
    const Index longer = std::max(bottom - top, right - left) + 1;
    EXPECT_GE(longer, 17) << "image " << i;
    EXPECT_LE(longer, 22) << "image " << i;  // rough edges may stand out by a pixel
    exact += longer == 20;
  }
  EXPECT_GE(exact, 1800);
}

TEST(Digits, have_the_mean_ink_of_mnist) {
  const LabelledImages set = digits(5000, 1);
  double sum = 0;
  for (Index k = 0; k < 5000 * kPixels; ++k) {
    sum += image(set, 0)[k];
  }
  // An image's mean has a standard deviation of about 0.05, that of 5,000 one of 0.0007.
  EXPECT_NEAR(sum / (255.0 * 5000 * kPixels), 0.1307, 0.003);
}

TEST(Digits, are_no_near_copies_of_each_other) {
  const LabelledImages set = digits(2000, 1);
  for (Index i = 0; i < 2000; ++i) {
    for (Index j = 0; j < i; ++j) {
      if (label(set, i) == label(set, j)) {
        // Two sticks may look alike; other digits are further apart than MNIST's nearest.
        const double least = label(set, i) == 1 ? 0.5 : 5;
        ASSERT_GT(squared_distance(image(set, i), image(set, j)), least) << i << " and " << j;
      }
    }
  }
}

// --- what the labels say -------------------------------------------------------------------------

// The share of `set`'s first n images whose nearest neighbour in `known` has their label.
double nearest_neighbour_accuracy(const LabelledImages& known, const LabelledImages& set, Index n) {
  int right = 0;
  for (Index i = 0; i < n; ++i) {
    double least = std::numeric_limits<double>::infinity();
    std::int64_t guess = -1;
    for (Index j = 0; j < known.labels.numel(); ++j) {
      const double distance = squared_distance(image(set, i), image(known, j));
      if (distance < least) {
        least = distance;
        guess = label(known, j);
      }
    }
    right += guess == label(set, i);
  }
  return right / static_cast<double>(n);
}

// The bounds below are the measured shares, 0.83 and 0.84, less three standard deviations of 0.017.
TEST(Digits, of_one_seed_are_recognised_by_those_of_another) {
  EXPECT_GE(nearest_neighbour_accuracy(digits(2000, 1), digits(500, 2), 500), 0.78);
}

TEST(Digits, recognise_training_images_of_mnist) {
  if (test::mnist_folder().empty()) {
    GTEST_SKIP() << "MNIST was not found: GRADUS_DATA/mnist must hold its four files";
  }
  const LabelledImages mnist = load_mnist(test::mnist_folder(), Split::train);
  EXPECT_GE(nearest_neighbour_accuracy(digits(2000, 1), mnist, 500), 0.79);
}

}  // namespace
}  // namespace gradus::data
