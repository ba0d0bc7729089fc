#pragma once
// DataLoader: the samples of a data set in batches, in a new random order each epoch.
//
//   DataLoader loader(set, {.batch_size = 64, .flatten = true}, rng.split());
//   for (int epoch = 0; epoch < 5; ++epoch) {
//     for (const Batch& batch : loader) { ... }
//   }
//
// The order of an epoch, and what a transform draws for a batch, are functions of the generator
// given, the epoch's number and the batch's alone.  So a run that was interrupted goes on where it
// stood: loader.epoch(e, first) or loader.set_next_epoch(e); and batches are the same bits for any
// number of workers.
#include <gradus/core/random.h>
#include <gradus/data/batch_plan.h>
#include <gradus/data/labelled_images.h>

#include <cstddef>
#include <memory>
#include <optional>

namespace gradus::data {

class BatchQueue;

struct LoaderOptions {
  Index batch_size = 64;
  bool shuffle = true;           ///< otherwise the samples come in their order
  bool drop_last = false;        ///< leave out the last batch where it is smaller than the others
  bool flatten = false;          ///< x is [b, numbers of a sample] instead of [b, ...]
  double mean = kMnistMean;      ///< of pixels divided by 255
  double stddev = kMnistStddev;  ///< likewise
  /// Threads that make batches ahead, from 0 to 1024, begun anew for each epoch; at most two
  /// batches wait for each.  With 0 the caller makes them: to gather the samples of a data set in
  /// memory takes less than to hand a batch over.  Workers are for a `transform` that takes long.
  Index workers = 0;
  /// Called with each batch and its own generator, that of Rng(0) where the loader was given none:
  ///   .transform = [](Batch& b, Rng& rng) { b.x = distort(b.x, {.shift = 2}, rng); }
  /// An exception ends the epoch, in the same place for any number of workers.
  Transform transform = {};
};

/// The batches of one epoch, or of its rest.  Each holds its own order, place and workers, and
/// shares the data, so several run at once, and they outlive the loader.  It may end at any batch:
/// its workers end with it.
class BatchIterator {
 public:
  using value_type = Batch;
  using difference_type = std::ptrdiff_t;
  struct End {};

  /// Batches first, first + 1, ... of the plan.
  BatchIterator(const BatchPlan& plan, Index first, Index workers);
  BatchIterator(BatchIterator&&) noexcept;
  BatchIterator& operator=(BatchIterator&&) noexcept;
  ~BatchIterator();

  /// Valid until the iterator moves on; a copy of the batch is the caller's to keep.  Throws
  /// ValueError at the end.
  const Batch& operator*() const {
    require(queue_ != nullptr, "BatchIterator: must not be read at its end");
    return *batch_;
  }
  const Batch* operator->() const { return &**this; }
  /// Throws ValueError at the end, and an Error that names the batch where its transform throws;
  /// the iterator is then at its end.
  BatchIterator& operator++();
  void operator++(int) { ++*this; }
  bool operator==(End) const { return position_ == batches_; }

  /// The number of this batch in its epoch, from 0.
  Index position() const { return position_; }

 private:
  void load();

  Index position_;
  Index batches_;
  std::unique_ptr<BatchQueue> queue_;  // none at the end
  const Batch* batch_ = nullptr;
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
    BatchPlan plan;
    Index first;
    Index workers;
    BatchIterator begin() const { return {plan, first, workers}; }
    BatchIterator::End end() const { return {}; }
  };
  /// The batches of that epoch from number `first` on, without counting it.  Throws ValueError
  /// unless number >= 0 and 0 <= first <= batches().
  Epoch epoch(Index number, Index first = 0) const;

 private:
  LoaderOptions options_;
  BatchMaker maker_;
  Index batches_;
  Rng::State orders_;
  Rng::State transforms_;
  Index next_epoch_ = 0;
};

}  // namespace gradus::data
