#include <gradus/data/mnist.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/files.h"
#include "support/naive.h"
#include "support/peak_memory.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_error;
using test::gzip_stored;
using test::idx_counting;
using test::TempFolder;

const Bytes kImages = idx_counting({5, 28, 28});
const Bytes kLabels = idx_counting({5});  // 0 to 4

// --- the real files ------------------------------------------------------------------------------

class RealMnist : public testing::Test {
 protected:
  void SetUp() override {
    if (test::mnist_folder().empty()) {
      GTEST_SKIP() << "MNIST was not found: GRADUS_DATA/mnist must hold its four files";
    }
  }
};

std::vector<int> class_counts(const LabelledImages& set) {
  std::vector<int> counts(10);
  for (const std::int64_t label : set.labels.to_vector<std::int64_t>()) {
    ++counts[static_cast<std::size_t>(label)];
  }
  return counts;
}

std::vector<std::int64_t> first_labels(const LabelledImages& set) {
  const auto* labels = set.labels.data<std::int64_t>();
  return {labels, labels + 10};
}

// To four places, as the figures beside the files are given.
void expect_pixels(const LabelledImages& set, double mean, double stddev) {
  double sum = 0;
  double squares = 0;
  const auto* pixels = set.images.data<std::uint8_t>();
  for (Index i = 0; i < set.images.numel(); ++i) {
    const double pixel = pixels[i] / 255.0;
    sum += pixel;
    squares += pixel * pixel;
  }
  const auto n = static_cast<double>(set.images.numel());
  EXPECT_NEAR(sum / n, mean, 0.5e-4);
  EXPECT_NEAR(std::sqrt(squares / n - sum / n * (sum / n)), stddev, 0.5e-4);
}

TEST_F(RealMnist, training_images_have_their_known_figures) {
  const LabelledImages set = load_mnist(test::mnist_folder(), Split::train);
  EXPECT_EQ(set.images.shape(), (Shape{60000, 28, 28}));
  EXPECT_EQ(set.images.dtype(), u8);
  EXPECT_EQ(set.labels.shape(), Shape{60000});
  EXPECT_EQ(class_counts(set),
            (std::vector<int>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
  EXPECT_EQ(first_labels(set), (std::vector<std::int64_t>{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}));
  expect_pixels(set, 0.1307, 0.3081);
}

TEST_F(RealMnist, test_images_have_their_known_figures) {
  const LabelledImages set = load_mnist(test::mnist_folder(), Split::test);
  EXPECT_EQ(set.images.shape(), (Shape{10000, 28, 28}));
  EXPECT_EQ(class_counts(set),
            (std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
  EXPECT_EQ(first_labels(set), (std::vector<std::int64_t>{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}));
  expect_pixels(set, 0.1325, 0.3105);
}

TEST_F(RealMnist, is_found_in_its_folder) { EXPECT_TRUE(has_mnist(test::mnist_folder())); }

// --- names ---------------------------------------------------------------------------------------

TEST(Mnist, both_spellings_load_compressed_or_not) {
  for (const std::string mark : {"-", "."}) {
    for (const bool compressed : {false, true}) {
      const TempFolder folder;
      const std::string suffix = compressed ? ".gz" : "";
      for (const std::string split : {"train", "t10k"}) {
        folder.write(split + "-images" + mark + "idx3-ubyte" + suffix,
                     compressed ? gzip_stored(kImages) : kImages);
        EXPECT_FALSE(has_mnist(folder.path()));
        folder.write(split + "-labels" + mark + "idx1-ubyte" + suffix,
                     compressed ? gzip_stored(kLabels) : kLabels);
      }
      EXPECT_TRUE(has_mnist(folder.path()));
      for (const Split split : {Split::train, Split::test}) {
        const LabelledImages set = load_mnist(folder.path(), split);
        EXPECT_EQ(set.images.shape(), (Shape{5, 28, 28}));
        EXPECT_EQ(set.images.data<std::uint8_t>()[250], 250);
        EXPECT_EQ(set.labels.to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
      }
    }
  }
}

TEST(Mnist, each_split_comes_from_its_own_files) {
  const TempFolder folder;
  folder.write("train-images-idx3-ubyte", idx_counting({2, 28, 28}));
  folder.write("train-labels-idx1-ubyte", idx_counting({2}));
  folder.write("t10k-images.idx3-ubyte.gz", gzip_stored(idx_counting({3, 28, 28})));
  folder.write("t10k-labels-idx1-ubyte", idx_counting({3}));
  EXPECT_EQ(load_mnist(folder.path(), Split::train).images.size(0), 2);
  EXPECT_EQ(load_mnist(folder.path(), Split::test).images.size(0), 3);
  EXPECT_STREQ(to_text(Split::train), "train");
  EXPECT_STREQ(to_text(Split::test), "test");
}

TEST(Mnist, missing_files_are_named) {
  const TempFolder folder;
  expect_error<FileError>([&] { load_mnist(folder / "none", Split::train); },
                          "load_mnist: " + folder.path() +
                              "/none must be a folder, got nothing "
                              "there");
  EXPECT_FALSE(has_mnist(folder / "none"));
  expect_error<FileError>(
      [&] { load_mnist(folder.path(), Split::test); },
      "load_mnist: " + folder.path() +
          " must hold t10k-images-idx3-ubyte or t10k-images.idx3-ubyte, with or "
          "without .gz, got neither");
  folder.write("train-images-idx3-ubyte", kImages);
  expect_error<FileError>(
      [&] { load_mnist(folder.path(), Split::train); },
      "load_mnist: " + folder.path() +
          " must hold train-labels-idx1-ubyte or train-labels.idx1-ubyte, with or "
          "without .gz, got neither");
}

TEST(Mnist, what_cannot_be_looked_at_is_no_missing_file) {
  const TempFolder folder;
  const std::string long_name(5000, 'x');
  expect_error<FileError>([&] { load_mnist(long_name, Split::train); },
                          "load_mnist: " + long_name + " must be a folder, got File name too long");
  std::filesystem::create_symlink(folder / "train-images-idx3-ubyte",
                                  folder / "train-images-idx3-ubyte");
  expect_error<FileError>(
      [&] { load_mnist(folder.path(), Split::train); },
      "load_mnist: " + folder.path() +
          " must hold train-images-idx3-ubyte or train-images.idx3-ubyte, with or without .gz, got "
          "Too many levels of symbolic links");
  const std::string file = folder.write("file", "");
  expect_error<FileError>(
      [&] { load_mnist(file, Split::train); },
      "load_mnist: " + file +
          " must hold train-images-idx3-ubyte or train-images.idx3-ubyte, with or without .gz, got "
          "Not a directory");
}

TEST(Mnist, a_file_that_is_there_but_unreadable_is_an_error_of_its_own) {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "train-labels-idx1-ubyte");
  folder.write("train-images-idx3-ubyte", kImages);
  expect_error<FileError>([&] { load_mnist(folder.path(), Split::train); },
                          "read_idx: " + folder.path() +
                              "/train-labels-idx1-ubyte must be a regular file, got a directory");
}

// --- structure -----------------------------------------------------------------------------------

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
  const auto peak = [&](const Bytes& images, const Bytes& labels, bool is_refused) {
    const std::string images_path = folder_.write("images", images);
    const std::string labels_path = folder_.write("labels", labels);
    return test::peak_bytes([&] {
      try {
        load_labelled(images_path, labels_path);
        return !is_refused;
      } catch (const FileError&) {
        return is_refused;
      }
    });
  };
  const Bytes labels = idx_counting({kMany}, 10);
  const Bytes images = test::idx_header(0x08, {kMany, 28, 28}) + Bytes(kMany * 784, '\0');
  EXPECT_GT(peak(images, labels, false), kMany * 784) << "the measure sees nothing";
  constexpr std::uint64_t kLittle = 4 << 20;
  Bytes signed_images = images;
  signed_images[2] = 0x09;
  EXPECT_LT(peak(signed_images, labels, true), kLittle);
  EXPECT_LT(peak(kImages, images, true), kLittle);
  const Bytes zeros = test::deflate_bomb(test::idx_header(0x08, {1 << 28}), 1 << 28);
  EXPECT_LT(peak(kImages, test::kGzipHeader + zeros, true), kLittle);
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
