#pragma once
// DataLoader: the samples of a data set in batches, in a new random order each epoch.
//
//   DataLoader loader(set, {.batch_size = 64, .flatten = true}, rng.split());
//   for (int epoch = 0; epoch < 5; ++epoch) {
//     for (const Batch& batch : loader) { ... }
//   }
//
// The order of an epoch is a function of the generator given and the epoch's number alone, so a run
// that was interrupted goes on where it stood: loader.epoch(e, first) or loader.set_next_epoch(e).
#include <gradus/core/random.h>
#include <gradus/data/batch.h>
#include <gradus/data/labelled_images.h>

#include <cstddef>
#include <optional>

namespace gradus::data {

struct LoaderOptions {
  Index batch_size = 64;
  bool shuffle = true;           ///< otherwise the samples come in their order
  bool drop_last = false;        ///< leave out the last batch where it is smaller than the others
  bool flatten = false;          ///< x is [b, numbers of a sample] instead of [b, ...]
  double mean = kMnistMean;      ///< of pixels divided by 255
  double stddev = kMnistStddev;  ///< likewise
};

/// The batches of one epoch, or of its rest.  Each holds its own order and place and shares the
/// data, so several run at once, and they outlive the loader.
class BatchIterator {
 public:
  using value_type = Batch;
  using difference_type = std::ptrdiff_t;
  struct End {};

  /// Batches first, ..., batches - 1 of the sample numbers in `order`, i64.
  BatchIterator(const BatchMaker& maker, Tensor order, Index batch_size, Index first,
                Index batches);

  /// Valid until the iterator moves on; a copy of the batch is the caller's to keep.
  const Batch& operator*() const { return batch_; }
  const Batch* operator->() const { return &batch_; }
  BatchIterator& operator++();
  void operator++(int) { ++*this; }
  bool operator==(End) const { return position_ == batches_; }

  /// The number of this batch in its epoch, from 0.
  Index position() const { return position_; }

 private:
  void load();

  BatchMaker maker_;
  Tensor order_;
  Index batch_size_;
  Index position_;
  Index batches_;
  Batch batch_;
};

class DataLoader {
 public:
  /// inputs: [n, ...]; u8 is taken for pixels and becomes f32, other types stay.  targets: [n,
  /// ...]. Takes the generator by value: pass rng.split() where rng is used for other things too.
  /// Throws ShapeError unless both have one n, and ValueError where there is no batch to make, an
  /// option is out of range, or shuffling lacks its generator.
  DataLoader(const Tensor& inputs, const Tensor& targets, const LoaderOptions& options,
             std::optional<Rng> rng = std::nullopt);
  DataLoader(const LabelledImages& set, const LoaderOptions& options,
             std::optional<Rng> rng = std::nullopt)
      : DataLoader(set.images, set.labels, options, rng) {}

  const LoaderOptions& options() const { return options_; }
  Index samples() const { return maker_.samples(); }
  /// Batches of an epoch, at least 1.
  Index batches() const { return batches_; }

  /// Starts the next epoch.  It counts as begun, also if the loop over it ends early.
  BatchIterator begin() { return epoch(next_epoch_++).begin(); }
  BatchIterator::End end() const { return {}; }
  /// The number, from 0, of the epoch that begin() will start.
  Index next_epoch() const { return next_epoch_; }
  /// Throws ValueError for a negative number.
  void set_next_epoch(Index number);

  struct Epoch {
    BatchMaker maker;
    Tensor order;
    Index batch_size;
    Index first;
    Index batches;
    BatchIterator begin() const { return {maker, order, batch_size, first, batches}; }
    BatchIterator::End end() const { return {}; }
  };
  /// The batches of that epoch from number `first` on, without counting it.  Throws ValueError
  /// unless number >= 0 and 0 <= first <= batches().
  Epoch epoch(Index number, Index first = 0) const;

 private:
  LoaderOptions options_;
  BatchMaker maker_;
  Index batches_;
  Rng::State base_;
  Index next_epoch_ = 0;
};

}  // namespace gradus::data
