#include "train_mnist/dataset.h"

#include <gradus/data/digits.h>
#include <gtest/gtest.h>

#include "examples/process.h"

namespace train_mnist {
namespace {

using namespace gradus;

std::vector<std::uint8_t> pixels(const data::LabelledImages& set) {
  return set.images.to_vector<std::uint8_t>();
}

Options digits(Index size) {
  Options options;
  options.dataset = options.test_dataset = "digits";
  options.train_size = size;
  return options;
}

TEST(Dataset, of_digits_holds_back_the_images_after_those_to_train_on) {
  Options options = digits(200);
  options.validation = 70;
  Rng rng(5), same(5);
  const Dataset held_back = load_dataset(options, rng);
  EXPECT_EQ(held_back.train.images.size(0), 200);
  EXPECT_EQ(held_back.test.images.size(0), 70);
  EXPECT_EQ(held_back.test.labels.size(0), 70);

  Options all = digits(270);
  all.validation = 1;
  std::vector<std::uint8_t> both = pixels(held_back.train);
  const auto rest = pixels(held_back.test);
  both.insert(both.end(), rest.begin(), rest.end());
  EXPECT_EQ(pixels(load_dataset(all, same).train), both);
}

// By hand: bit by bit, with the polynomial of gzip.
std::uint32_t crc_of(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

std::uint32_t crc_of(const data::LabelledImages& set) {
  std::vector<std::uint8_t> bytes = pixels(set);
  for (const std::int64_t label : set.labels.to_vector<std::int64_t>()) {
    bytes.push_back(static_cast<std::uint8_t>(label));
    bytes.insert(bytes.end(), 7, 0);
  }
  return crc_of(bytes);
}

TEST(Dataset, has_a_fingerprint_of_every_byte) {
  Dataset dataset{data::digits(3, 1), data::digits(2, 2), ""};
  char expected[80];
  std::snprintf(expected, sizeof expected, "3 images, CRC-32 %08x, and 2 to test on, CRC-32 %08x",
                crc_of(dataset.train), crc_of(dataset.test));
  EXPECT_EQ(fingerprint(dataset), expected);
  for (data::LabelledImages* const set : {&dataset.train, &dataset.test}) {
    set->labels.mutable_data<std::int64_t>()[1] ^= 1;
    EXPECT_NE(fingerprint(dataset), expected);
    set->labels.mutable_data<std::int64_t>()[1] ^= 1;
    set->images.mutable_data<std::uint8_t>()[0] ^= 1;
    EXPECT_NE(fingerprint(dataset), expected);
    set->images.mutable_data<std::uint8_t>()[0] ^= 1;
  }
  EXPECT_EQ(fingerprint(dataset), expected);
}

TEST(Dataset, of_digits_tests_on_others_than_it_trains_on) {
  Rng rng(5);
  const Dataset set = load_dataset(digits(300), rng);
  EXPECT_EQ(set.test.images.size(0), 10000);
  const auto train = pixels(set.train);
  const auto test = pixels(set.test);
  EXPECT_FALSE(std::equal(train.begin(), train.end(), test.begin()));
}

TEST(Dataset, of_digits_depends_on_the_generator_alone) {
  Options options = digits(100);
  options.validation = 10;
  Rng a(5), b(5), c(6);
  const auto first = pixels(load_dataset(options, a).train);
  EXPECT_EQ(pixels(load_dataset(options, b).train), first);
  EXPECT_NE(pixels(load_dataset(options, c).train), first);
}

struct MnistDataset : testing::Test {
  Options options;
  Rng rng{1};
  void SetUp() override {
    options.data = test::mnist_folder();
    if (options.data.empty()) {
      GTEST_SKIP() << "needs MNIST in $GRADUS_DATA/mnist";
    }
  }
};

TEST_F(MnistDataset, holds_back_the_last_training_images) {
  options.validation = 5000;
  const Dataset set = load_dataset(options, rng);
  const auto all = data::load_mnist(options.data, data::Split::train);
  const auto labels = all.labels.to_vector<std::int64_t>();
  EXPECT_EQ(set.train.labels.to_vector<std::int64_t>(),
            std::vector<std::int64_t>(labels.begin(), labels.end() - 5000));
  EXPECT_EQ(set.test.labels.to_vector<std::int64_t>(),
            std::vector<std::int64_t>(labels.end() - 5000, labels.end()));
  EXPECT_EQ(set.description, "mnist, 55000 images; validation on 5000 others");
}

TEST_F(MnistDataset, can_be_the_test_of_training_on_digits) {
  options.dataset = "digits";
  options.train_size = 100;
  const Dataset set = load_dataset(options, rng);
  EXPECT_EQ(set.train.images.size(0), 100);
  EXPECT_EQ(pixels(set.test), pixels(data::load_mnist(options.data, data::Split::test)));
  EXPECT_EQ(set.description, "built-in digits, 100 images; test on 10000 of mnist");
}

}  // namespace
}  // namespace train_mnist
