#include <gradus/data/mnist.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/files.h"
#include "support/naive.h"

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

}  // namespace
}  // namespace gradus::data
