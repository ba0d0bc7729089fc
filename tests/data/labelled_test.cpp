// Images and labels from two files of any names.
#include <gradus/data/mnist.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "support/naive.h"
#include "support/peak_memory.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_error;
using test::idx_counting;
using test::TempFolder;

const Bytes kImages = idx_counting({5, 28, 28});
const Bytes kLabels = idx_counting({5});  // 0 to 4

class Labelled : public testing::Test {
 protected:
  LabelledImages load(const Bytes& images, const Bytes& labels,
                      const LabelledOptions& options = {}) {
    images_path_ = folder_.write("images", images);
    labels_path_ = folder_.write("labels", labels);
    return load_labelled(images_path_, labels_path_, options);
  }
  void expect_refused(const Bytes& images, const Bytes& labels, const std::string& before,
                      const std::string& path, const std::string& after,
                      const LabelledOptions& options = {}) {
    expect_error<FileError>([&] { load(images, labels, options); },
                            "load_labelled: " + before + folder_ / path + after);
  }

  TempFolder folder_;
  std::string images_path_;
  std::string labels_path_;
};

TEST_F(Labelled, counts_must_agree) {
  expect_error<FileError>(
      [&] {
        load(idx_counting({100, 28, 28}), idx_counting({99}, 10));
      },
      "load_labelled: there must be as many images as labels, got 100 images "
      "in " +
          folder_ / "images" + " and 99 labels in " + folder_ / "labels");
}

TEST_F(Labelled, files_in_each_others_place_are_recognised) {
  expect_refused(kLabels, kImages, "labels of ", "labels",
                 " must be integers of rank 1, got u8 [5, 28, 28]; it looks like a file of images");
  expect_refused(kLabels, kLabels, "images of ", "images",
                 " must be u8 of rank 3, got u8 [5]; it looks like a file of labels");
}

TEST_F(Labelled, other_types_and_ranks_are_refused) {
  expect_refused(idx_counting({5, 784}), kLabels, "images of ", "images",
                 " must be u8 of rank 3, got u8 [5, 784]");
  Bytes signed_images = kImages;
  signed_images[2] = 0x09;
  expect_refused(signed_images, kLabels, "images of ", "images",
                 " must be u8 of rank 3, got i64 [5, 28, 28]");
  expect_refused(kImages, test::idx_header(0x0D, {5}) + Bytes(20, '\0'), "labels of ", "labels",
                 " must be integers of rank 1, got f32 [5]");
  expect_refused(kImages, idx_counting({5, 1}), "labels of ", "labels",
                 " must be integers of rank 1, got u8 [5, 1]");
}

// As i64 they would take eight times their bytes, and what gzip makes of nothing thousands of
// times.
TEST_F(Labelled, files_that_do_not_fit_are_refused_before_they_take_memory) {
  if (test::kAddressSanitizer || test::kThreadSanitizer || test::kUndefinedBehaviorSanitizer) {
    GTEST_SKIP() << "sanitizers need memory of their own";
  }
  constexpr std::size_t kMany = 20'000;
  const auto peak = [&](const Bytes& images, const Bytes& labels, bool loads) {
    const std::string images_path = folder_.write("images", images);
    const std::string labels_path = folder_.write("labels", labels);
    return test::peak_bytes_of_reading(loads, [&] { load_labelled(images_path, labels_path); });
  };
  const Bytes labels = idx_counting({kMany}, 10);
  const Bytes images = test::idx_header(0x08, {kMany, 28, 28}) + Bytes(kMany * 784, '\0');
  EXPECT_GT(peak(images, labels, true), kMany * 784) << "the measure sees nothing";
  constexpr std::uint64_t kLittle = 4 << 20;
  Bytes signed_images = images;
  signed_images[2] = 0x09;
  EXPECT_LT(peak(signed_images, labels, false), kLittle);
  EXPECT_LT(peak(kImages, images, false), kLittle);
  const Bytes zeros = test::deflate_bomb(test::idx_header(0x08, {1 << 28}), 1 << 28);
  EXPECT_LT(peak(kImages, test::kGzipHeader + zeros, false), kLittle);
}

TEST_F(Labelled, labels_must_be_below_the_number_of_classes) {
  expect_refused(idx_counting({12, 28, 28}), idx_counting({12}), "labels of ", "labels",
                 " must be 0 to 9, got 10 at sample 10");
  expect_refused(kImages, kLabels, "labels of ", "labels", " must be 0 to 2, got 3 at sample 3",
                 {.classes = 3});
  const Bytes negative = test::idx_header(0x09, {5}) + Bytes("\x00\x01\xff\x00\x00", 5);
  expect_refused(kImages, negative, "labels of ", "labels", " must be 0 to 9, got -1 at sample 2");
  EXPECT_EQ(load(idx_counting({12, 28, 28}), idx_counting({12}), {.classes = 12}).labels.numel(),
            12);
  expect_error<ValueError>([&] { load(kImages, kLabels, {.classes = 0}); },
                           "load_labelled: classes must be at least 1, got 0");
}

TEST_F(Labelled, labels_of_32_bits_load) {
  Bytes labels = test::idx_header(0x0C, {5});
  for (const unsigned label : {3U, 1U, 4U, 1U, 5U}) {
    labels += test::big_endian(label, 4);
  }
  EXPECT_EQ(load(kImages, labels).labels.to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{3, 1, 4, 1, 5}));
}

TEST_F(Labelled, an_empty_set_loads) {
  const LabelledImages set = load(idx_counting({0, 28, 28}), idx_counting({0}));
  EXPECT_EQ(set.images.shape(), (Shape{0, 28, 28}));
  EXPECT_EQ(set.labels.shape(), Shape{0});
}

TEST_F(Labelled, max_bytes_bounds_the_images) {
  EXPECT_THROW(load(kImages, kLabels, {.max_bytes = 5 * 784 - 1}), FileError);
  EXPECT_EQ(load(kImages, kLabels, {.max_bytes = 5 * 784}).images.numel(), 5 * 784);
}

TEST_F(Labelled, max_bytes_bounds_the_labels_as_what_they_become) {
  const Bytes images = idx_counting({100, 0, 0}, 1);
  const Bytes labels = idx_counting({100}, 10);
  expect_refused(images, labels, "labels of ", "labels",
                 " must be at most 99, as i64 within max_bytes = 799, got 100", {.max_bytes = 799});
  EXPECT_EQ(load(images, labels, {.max_bytes = 800}).labels.numel(), 100);
}

TEST_F(Labelled, an_image_size_can_be_required) {
  const Bytes images = idx_counting({5, 27, 28});
  EXPECT_EQ(load(images, kLabels, {.image_shape = {27, 28}}).images.shape(), (Shape{5, 27, 28}));
  for (const Shape& shape : {Shape{28, 28}, Shape{27, 27}}) {
    expect_error<FileError>(
        [&] { load(images, kLabels, {.image_shape = shape}); },
        join({"load_labelled: images of ", folder_ / "images", " must have shape [n, ", shape[0],
              ", ", shape[1], "], got [5, 27, 28]"}));
  }
  expect_error<ValueError>([&] { load(images, kLabels, {.image_shape = {28}}); },
                           "load_labelled: image_shape must be [rows, columns], got [28]");
}

}  // namespace
}  // namespace gradus::data
