#include <gradus/data/batch_queue.h>

#include <algorithm>
#include <utility>

namespace gradus::data {
namespace {

// Batches that wait for each worker, beside the one in the consumer's hands: one to be taken while
// the next is made.
constexpr Index kAhead = 2;

}  // namespace

BatchQueue::BatchQueue(const BatchPlan& plan, Index first, Index workers)
    : plan_(plan), position_(first), taken_(first) {
  workers = std::min(workers, plan.batches - first);
  ring_.resize(static_cast<std::size_t>(1 + kAhead * workers));
  threads_.reserve(static_cast<std::size_t>(workers));
  try {
    while (static_cast<Index>(threads_.size()) < workers) {
      threads_.emplace_back([this] { work(); });
    }
  } catch (const std::exception&) {
    // The system has no more threads, or no memory for one; the batches are the same with fewer.
  }
}

BatchQueue::~BatchQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  room_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

const Batch& BatchQueue::front() {
  Place& next = place(position_);
  if (threads_.empty() && !next.made) {
    fill(next, position_);
    next.made = true;
  }
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [&] { return next.made; });
  if (next.failure) {
    std::rethrow_exception(std::exchange(next.failure, nullptr));
  }
  return next.batch;
}

void BatchQueue::pop() {
  {
    const std::lock_guard lock(mutex_);
    place(position_).made = false;
    ++position_;
  }
  room_.notify_one();
}

void BatchQueue::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    room_.wait(lock, [&] { return stopping_ || taken_ == plan_.batches || has_room(); });
    if (stopping_ || taken_ == plan_.batches) {
      return;
    }
    const Index number = taken_++;
    Place& mine = place(number);
    lock.unlock();
    fill(mine, number);
    lock.lock();
    mine.made = true;
    filled_.notify_one();
  }
}

void BatchQueue::fill(Place& place, Index number) const noexcept {
  // The last batch goes first: its memory, still in the caches, becomes this one's.
  place.batch = {};
  try {
    place.batch = plan_.make(number);
  } catch (...) {
    place.failure = std::current_exception();
  }
}

}  // namespace gradus::data
