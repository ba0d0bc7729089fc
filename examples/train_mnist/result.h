#pragma once
// What a run comes to, and how it is written: for people, or as JSON.
#include <gradus/core/parameter.h>

#include "train_mnist/options.h"
#include "train_mnist/training.h"

namespace train_mnist {

struct Result {
  Progress training;
  Score test;  ///< on the test images, or on those held back
  std::string weights_hash;
};

/// 16 hexadecimal digits that depend on every bit of all parameters, in their order (FNV-1a of the
/// bytes, 64 bits): two runs have one hash if, as good as surely, they have the same parameters.
std::string weights_hash(const gradus::Parameters& parameters);

/// One line without its end.
std::string to_line(const Options& options, const Result& result);

/// One line without its end: an object with the keys dataset, model, hidden, dropout, augment,
/// optimizer, all options of its rule by their names (lr, momentum, ...), lr_schedule, batch_size,
/// epochs, seed, threads, train_loss, test_loss, test_accuracy, train_seconds, images_per_second
/// and weights_hash.  With --validation there are validation_loss and validation_accuracy in place
/// of the two of the test.  Numbers read back as the very same doubles.
std::string to_json(const Options& options, const Result& result);

}  // namespace train_mnist
