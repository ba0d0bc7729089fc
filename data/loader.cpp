#include <gradus/data/batch_queue.h>
#include <gradus/data/loader.h>

namespace gradus::data {
namespace {

constexpr Index kMostWorkers = 1024;

Index count_batches(const LoaderOptions& options, Index samples) {
  const Index size = options.batch_size;
  require(size >= 1, "DataLoader: batch_size must be at least 1, got ", size);
  require(samples >= 1, "DataLoader: data set must hold at least one sample, got none");
  require(samples >= size || !options.drop_last, "DataLoader: batch_size must be at most the ",
          samples, " samples when drop_last leaves out what is smaller, got ", size);
  return samples / size + (samples % size != 0 && !options.drop_last ? 1 : 0);
}

}  // namespace

BatchIterator::BatchIterator(const BatchPlan& plan, Index first, Index workers)
    : position_(first), batches_(plan.batches) {
  if (first < batches_) {
    queue_ = std::make_unique<BatchQueue>(plan, first, workers);
    load();
  }
}

BatchIterator::BatchIterator(BatchIterator&&) noexcept = default;
BatchIterator& BatchIterator::operator=(BatchIterator&&) noexcept = default;
BatchIterator::~BatchIterator() = default;

BatchIterator& BatchIterator::operator++() {
  require(position_ < batches_ && queue_,
          "BatchIterator: must not move past its end, got ++ at batch ", position_, " of ",
          batches_);
  queue_->pop();
  ++position_;
  load();
  return *this;
}

void BatchIterator::load() {
  if (position_ == batches_) {
    queue_.reset();
    return;
  }
  try {
    batch_ = &queue_->front();
  } catch (...) {
    position_ = batches_;
    queue_.reset();
    throw;
  }
}

DataLoader::DataLoader(const Tensor& inputs, const Tensor& targets, const LoaderOptions& options,
                       std::optional<Rng> rng)
    : options_(options),
      maker_(inputs, targets, PixelScale(options.mean, options.stddev), options.flatten),
      batches_(count_batches(options, maker_.samples())) {
  require(!options.shuffle || rng, "DataLoader: shuffle must have an Rng to draw orders from, got ",
          "none; pass one as the last argument");
  require(options.workers >= 0 && options.workers <= kMostWorkers,
          "DataLoader: workers must be from 0 to ", kMostWorkers, ", got ", options.workers);
  // Split, so that the orders have nothing to do with what the caller draws from a copy.
  Rng numbers = rng.value_or(Rng(0));
  orders_ = numbers.split().state();
  transforms_ = numbers.split().state();
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
  const auto stream = static_cast<std::uint64_t>(number);
  Rng rng(Rng::State{orders_.seed, orders_.stream + stream, 0});
  const Tensor order = options_.shuffle ? permutation(samples(), rng) : arange(samples());
  const Rng::State transforms{transforms_.seed, transforms_.stream + stream, 0};
  return {{maker_, order, options_.batch_size, batches_, options_.transform, transforms, number},
          first,
          options_.workers};
}

}  // namespace gradus::data
