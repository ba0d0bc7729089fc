#pragma once
// The images to train on, and those to measure the result on.
#include <gradus/core/random.h>
#include <gradus/data/labelled_images.h>

#include <string>

#include "train_mnist/options.h"

namespace train_mnist {

struct Dataset {
  gradus::data::LabelledImages train;
  gradus::data::LabelledImages test;  ///< or those held back for validation
  std::string description;            ///< a line for people
};

/// Reads MNIST, or draws built-in digits from `rng`, as the options ask.  Throws FileError where
/// MNIST is not to be found or is damaged, and UsageError if it has too few images for the options.
Dataset load_dataset(const Options& options, gradus::Rng& rng);

/// "60000 images, CRC-32 0badcafe, and 10000 to test on, CRC-32 deadbeef", of every byte of the
/// images and of the labels: by it a run that goes on tells that it has the data it began with.
/// Takes about 30 ms for MNIST.
std::string fingerprint(const Dataset& dataset);

}  // namespace train_mnist
