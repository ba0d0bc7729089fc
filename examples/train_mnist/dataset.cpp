#include "train_mnist/dataset.h"

#include <gradus/core/view.h>
#include <gradus/data/crc32.h>
#include <gradus/data/digits.h>
#include <gradus/data/mnist.h>

namespace train_mnist {
namespace {

using namespace gradus;
using data::LabelledImages;
using data::Split;

constexpr Index kTestDigits = 10'000;  // as many as MNIST has

LabelledImages read_mnist(const Options& options, Split split) {
  require<FileError>(
      !options.data.empty(),
      "MNIST is not found: give its folder with --data or set GRADUS_DATA to the one "
      "above it; scripts/mnist.sh downloads it; --dataset digits needs no files");
  return data::load_mnist(options.data, split, {.image_shape = {28, 28}});
}

/// Images first, ..., last - 1.
LabelledImages cut(const LabelledImages& set, Index first, Index last) {
  return {core::slice(set.images, 0, first, last), core::slice(set.labels, 0, first, last)};
}

/// All training images of the data set; of the built-in digits, `digits` many.
LabelledImages training_images(const Options& options, const std::string& dataset, Index digits,
                               std::uint64_t digits_seed) {
  return dataset == "mnist" ? read_mnist(options, Split::train) : data::digits(digits, digits_seed);
}

std::string crc_of(const LabelledImages& set) {
  data::Crc32 crc;
  for (const Tensor& x : {set.images.dense(), set.labels.dense()}) {
    crc.add(x.address(), static_cast<std::size_t>(x.numel() * item_size(x.dtype())));
  }
  return crc.digits();
}

std::string name_of(const std::string& dataset) {
  return dataset == "digits" ? "built-in digits" : dataset;
}

}  // namespace

Dataset load_dataset(const Options& options, Rng& rng) {
  const std::uint64_t train_seed = rng.next_u64();
  const std::uint64_t test_seed = rng.next_u64();
  const bool is_one_set = options.dataset == options.test_dataset;
  const Index held_back = options.validation;

  LabelledImages train =
      training_images(options, options.dataset,
                      options.train_size.value_or(0) + (is_one_set ? held_back : 0), train_seed);
  LabelledImages test;
  if (held_back == 0) {
    test = options.test_dataset == "mnist" ? read_mnist(options, Split::test)
                                           : data::digits(kTestDigits, test_seed);
  } else {
    const LabelledImages all =
        is_one_set ? train : training_images(options, options.test_dataset, held_back, test_seed);
    const Index n = all.images.size(0);
    require<UsageError>(held_back < n, "--validation must be below the ", n,
                        " training images, got ", held_back);
    test = cut(all, n - held_back, n);
    if (is_one_set) {
      train = cut(train, 0, n - held_back);
    }
  }

  const Index most = train.images.size(0);
  const Index size = options.train_size.value_or(most);
  require<UsageError>(size <= most, "--train-size must be at most ", most,
                      ", the images there are, got ", size);
  require_batch_fits(options.batch_size, size);
  train = cut(train, 0, size);

  std::string description = join({name_of(options.dataset), ", ", size, " images; "});
  description += held_back == 0 ? "test on " : "validation on ";
  description += join({test.images.size(0), is_one_set ? " others" : " of "});
  description += is_one_set ? "" : name_of(options.test_dataset);
  return {train, test, description};
}

std::string fingerprint(const Dataset& dataset) {
  return join({dataset.train.images.size(0), " images, CRC-32 ", crc_of(dataset.train), ", and ",
               dataset.test.images.size(0), " to test on, CRC-32 ", crc_of(dataset.test)});
}

}  // namespace train_mnist
