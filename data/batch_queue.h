#pragma once
// The batches of an epoch in their order, made ahead by threads of their own.
#include <gradus/data/batch_plan.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gradus::data {

/// Which thread makes a batch does not matter, since each is a function of its number.  A worker
/// takes the next number, makes the batch, and leaves it in the place of that number in a ring, so
/// that as many wait as there are places, however slow the consumer.  It takes over the memory of
/// the batch that lay there before, in the same thread.
class BatchQueue {
 public:
  /// Starts as many workers as there are batches to make from `first` on, at most `workers`; fewer
  /// where the system has no more threads.  Without any, front() makes the batches itself.
  BatchQueue(const BatchPlan& plan, Index first, Index workers);
  /// Ends the workers after the batches that they are at.
  ~BatchQueue();
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  /// Waits for the batch at position(), which must be below the plan's batches; valid until pop().
  /// Throws what making it threw; the queue is then at its end, and can only be destroyed.
  const Batch& front();
  /// Gives that batch up and goes on to the next one.
  void pop();
  Index position() const { return position_; }

 private:
  struct Place {
    Batch batch;
    std::exception_ptr failure;
    bool made = false;
  };

  Place& place(Index number) { return ring_[static_cast<std::size_t>(number) % ring_.size()]; }
  bool has_room() const { return taken_ < position_ + static_cast<Index>(ring_.size()); }
  void work();
  /// Makes the batch of this place, or notes why it could not be made.
  void fill(Place& place, Index number) const noexcept;

  const BatchPlan plan_;
  std::mutex mutex_;
  std::condition_variable room_;    // for workers: a place is free, or the end has come
  std::condition_variable filled_;  // for the consumer: a batch was made
  Index position_;                  // of the consumer
  Index taken_;                     // the number that the next free worker takes
  bool stopping_ = false;
  std::vector<Place> ring_;
  std::vector<std::thread> threads_;
};

}  // namespace gradus::data
