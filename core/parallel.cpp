#include <gradus/core/error.h>
#include <gradus/core/flops.h>
#include <gradus/core/parallel.h>
#include <gradus/core/subnormal.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace gradus {
namespace {

int available_processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return CPU_COUNT(&set);
  }
#endif
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// True on a pool thread, and on any thread while it runs a piece.
thread_local bool inside_piece = false;

// One job at a time.  Its pieces are dealt out in runs, one for each thread, the same ones whenever
// there are as many pieces: the halves of a weight stay in the caches of those who read them,
// update them and read them again.  (On an Intel Xeon, model 167, 400 KB that another processor has
// read take 36 microseconds to change, one's own 7; limits_benchmark.)  Who is done with its run
// helps with the others'.
//
// A run's `ticket` holds the job's number and the next piece to be taken; a thread takes a piece by
// advancing it.  Between jobs the piece part is kClosed, and only then are `end`, `work_`, `mode_`
// and `counter_` changed, so a ticket that could be advanced always belongs to the job that they
// describe.
class Pool {
 public:
  ~Pool() { stop(); }

  int size() const { return wanted_; }

  void resize(int count) {
    const std::lock_guard lock(mutex_);
    if (count != wanted_) {
      stop();
      wanted_ = count;
    }
  }

  // False if another thread's job has the pool: the caller then works alone.
  bool run(Index pieces, const PieceRef& work) {
    std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || wanted_ == 1) {
      return false;
    }
    start();
    work_.store(&work, std::memory_order_relaxed);
    mode_.store(float_mode(), std::memory_order_relaxed);
    counter_.store(flop_counter(), std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    failed_piece_ = pieces;
    failure_ = nullptr;
    const std::uint64_t job = (job_.load(std::memory_order_relaxed) + 1) & 0xffffffff;
    const Index count = static_cast<Index>(runs_.size());
    const auto first = [&](Index run) { return (pieces * run + count - 1) / count; };
    Index i = 0;
    for (Run& run : runs_) {
      run.end.store(first(i + 1), std::memory_order_release);
      run.ticket.store(job << 32 | std::uint64_t(first(i)), std::memory_order_release);
      ++i;
    }
    job_.store(job, std::memory_order_release);
    job_.notify_all();
    take_pieces(job, 0);
    for (Index spins = 0; done_.load(std::memory_order_acquire) < pieces; ++spins) {
      wait_a_little(spins);
    }
    for (Run& run : runs_) {
      run.ticket.store(job << 32 | kClosed, std::memory_order_release);
    }
    if (failure_) {
      // Taken out of the pool: the exception belongs to this thread from now on.
      std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    return true;
  }

 private:
  static constexpr std::uint64_t kClosed = 0xffffffff;
  // About 40 microseconds, and then a hundred or more in which other threads may have the
  // processor: longer than the serial parts between two loops of a training step.  A thread that
  // sleeps comes 24 microseconds late (Intel Xeon, model 207).
  static constexpr int kSpins = 2000;
  static constexpr int kYields = 400;

  // `spins`: how often this thread has waited already.
  static void wait_a_little(Index spins) {
    if (spins < kSpins) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }

  struct alignas(64) Run {
    std::atomic<std::uint64_t> ticket{kClosed};
    std::atomic<Index> end{0};
  };

  void start() {
    if (static_cast<int>(threads_.size()) + 1 >= wanted_) {
      return;
    }
    if (threads_.empty()) {
      runs_ = std::vector<Run>(static_cast<std::size_t>(wanted_));
    }
    while (static_cast<int>(threads_.size()) + 1 < wanted_) {
      try {
        threads_.emplace_back([this, own = threads_.size() + 1] { serve(own); });
      } catch (const std::exception&) {
        wanted_ = static_cast<int>(threads_.size()) + 1;  // the system has no more threads
      }
    }
  }

  void stop() {
    stopping_.store(true, std::memory_order_relaxed);
    job_.store((job_.load(std::memory_order_relaxed) + 1) & 0xffffffff, std::memory_order_release);
    job_.notify_all();
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
    runs_.clear();
    stopping_.store(false, std::memory_order_relaxed);
  }

  void serve(std::size_t own) {
    inside_piece = true;
    std::uint64_t seen = 0;
    for (;;) {
      std::uint64_t job = job_.load(std::memory_order_acquire);
      for (Index spins = 0; job == seen && spins < kSpins + kYields; ++spins) {
        wait_a_little(spins);
        job = job_.load(std::memory_order_acquire);
      }
      if (job == seen) {
        job_.wait(job, std::memory_order_acquire);
        continue;
      }
      if (stopping_.load(std::memory_order_relaxed)) {
        return;
      }
      seen = job;
      take_pieces(job, own);
    }
  }

  // The pieces of its own run, then of those after it.
  void take_pieces(std::uint64_t job, std::size_t own) {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      take_run(job, runs_[(own + i) % runs_.size()]);
    }
  }

  void take_run(std::uint64_t job, Run& run) {
    std::uint64_t ticket = run.ticket.load(std::memory_order_acquire);
    while (ticket >> 32 == job) {
      const PieceRef* work = work_.load(std::memory_order_relaxed);
      const Index end = run.end.load(std::memory_order_acquire);
      const std::uint64_t mode = mode_.load(std::memory_order_relaxed);
      CountFlops* const counter = counter_.load(std::memory_order_relaxed);
      const Index piece = static_cast<Index>(ticket & 0xffffffff);
      if (piece >= end) {
        return;
      }
      if (run.ticket.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) {
        if (mode != float_mode()) {
          set_float_mode(mode);  // and it stays: pool threads do nothing but pieces
        }
        set_flop_counter(counter);
        run_piece(*work, piece);
        done_.fetch_add(1, std::memory_order_release);
        ticket = run.ticket.load(std::memory_order_acquire);
      }
    }
  }

  void run_piece(const PieceRef& work, Index piece) {
    const bool outer = std::exchange(inside_piece, true);
    try {
      work(piece);
    } catch (...) {
      const std::lock_guard lock(failure_mutex_);
      if (piece < failed_piece_) {
        failed_piece_ = piece;
        failure_ = std::current_exception();
      }
    }
    inside_piece = outer;
  }

  std::mutex mutex_;
  std::atomic<int> wanted_{available_processors()};  // changed under mutex_ alone
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};

  std::vector<Run> runs_;              // one for each thread, the caller's first
  std::atomic<std::uint64_t> job_{0};  // 32 bits
  std::atomic<const PieceRef*> work_{nullptr};
  std::atomic<std::uint64_t> mode_{0};  // of the thread whose job it is, as the next
  std::atomic<CountFlops*> counter_{nullptr};
  std::atomic<Index> done_{0};

  std::mutex failure_mutex_;
  Index failed_piece_ = 0;
  std::exception_ptr failure_;
};

Pool& pool() {
  static Pool instance;
  return instance;
}

}  // namespace

void parallel_for(Index pieces, PieceRef work) {
  constexpr Index kMost = 0xfffffffe;
  require(pieces <= kMost, "parallel_for: pieces must be at most ", kMost, ", got ", pieces);
  if (pieces > 1 && !inside_piece && pool().run(pieces, work)) {
    return;
  }
  std::exception_ptr failure;
  for (Index piece = 0; piece < pieces; ++piece) {
    try {
      work(piece);
    } catch (...) {
      failure = failure ? failure : std::current_exception();
    }
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

int num_threads() { return pool().size(); }

void set_num_threads(int count) {
  require(count >= 1 && count <= 1024, "set_num_threads: count must be from 1 to 1024, got ",
          count);
  require(!inside_piece, "set_num_threads: must not be called inside a parallel loop");
  pool().resize(count);
}

}  // namespace gradus
