#include <gradus/data/loader.h>

#include <algorithm>
#include <utility>

namespace gradus::data {
namespace {

Index count_batches(const LoaderOptions& options, Index samples) {
  const Index size = options.batch_size;
  require(size >= 1, "DataLoader: batch_size must be at least 1, got ", size);
  require(samples >= 1, "DataLoader: data set must hold at least one sample, got none");
  require(samples >= size || !options.drop_last, "DataLoader: batch_size must be at most the ",
          samples, " samples when drop_last leaves out what is smaller, got ", size);
  return samples / size + (samples % size != 0 && !options.drop_last ? 1 : 0);
}

}  // namespace

BatchIterator::BatchIterator(const BatchMaker& maker, Tensor order, Index batch_size, Index first,
                             Index batches)
    : maker_(maker),
      order_(std::move(order)),
      batch_size_(batch_size),
      position_(first),
      batches_(batches) {
  load();
}

BatchIterator& BatchIterator::operator++() {
  require(position_ < batches_, "BatchIterator: must not move past its end, got ++ at batch ",
          position_, " of ", batches_);
  ++position_;
  load();
  return *this;
}

void BatchIterator::load() {
  // The last batch goes first: its memory, still in the caches, becomes the next one's.
  batch_ = {};
  if (position_ < batches_) {
    const Index first = position_ * batch_size_;
    const Index size = std::min(batch_size_, maker_.samples() - first);
    batch_ = maker_.make(order_.data<std::int64_t>() + first, size);
  }
}

DataLoader::DataLoader(const Tensor& inputs, const Tensor& targets, const LoaderOptions& options,
                       std::optional<Rng> rng)
    : options_(options),
      maker_(inputs, targets, PixelScale(options.mean, options.stddev), options.flatten),
      batches_(count_batches(options, maker_.samples())) {
  require(!options.shuffle || rng, "DataLoader: shuffle must have an Rng to draw orders from, got ",
          "none; pass one as the last argument");
  if (rng) {
    // Split, so that the orders have nothing to do with what the caller draws from a copy.
    base_ = rng->split().state();
  }
}

void DataLoader::set_next_epoch(Index number) {
  require(number >= 0, "DataLoader: epoch must be at least 0, got ", number);
  next_epoch_ = number;
}

DataLoader::Epoch DataLoader::epoch(Index number, Index first) const {
  require(number >= 0, "DataLoader: epoch must be at least 0, got ", number);
  require(first >= 0 && first <= batches_, "DataLoader: first batch must be 0 to ", batches_,
          ", got ", first);
  // A stream of random numbers an epoch.
  Rng rng(Rng::State{base_.seed, base_.stream + static_cast<std::uint64_t>(number), 0});
  const Tensor order = options_.shuffle ? permutation(samples(), rng) : arange(samples());
  return {maker_, order, options_.batch_size, first, batches_};
}

}  // namespace gradus::data
