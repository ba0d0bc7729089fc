#include <gradus/core/error.h>
#include <gradus/core/flops.h>
#include <gradus/core/parallel.h>
#include <gradus/core/subnormal.h>

#include <atomic>
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

// One job at a time.  `ticket_` holds the job's number and the next piece to be taken; a thread
// takes a piece by advancing it.  Between jobs the piece part is kClosed, and only then are
// `work_`, `pieces_`, `mode_` and `counter_` changed, so a ticket that could be advanced always
// belongs to the job that they describe.
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
    pieces_.store(pieces, std::memory_order_relaxed);
    mode_.store(float_mode(), std::memory_order_relaxed);
    counter_.store(flop_counter(), std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    failed_piece_ = pieces;
    failure_ = nullptr;
    const std::uint64_t job = ((ticket_.load(std::memory_order_relaxed) >> 32) + 1) & 0xffffffff;
    ticket_.store(job << 32, std::memory_order_release);
    ticket_.notify_all();
    take_pieces(job);
    for (int spins = 0; done_.load(std::memory_order_acquire) < pieces;) {
      if (spins < kSpins) {
        ++spins;
        relax();
      } else {
        std::this_thread::yield();
      }
    }
    ticket_.store(job << 32 | kClosed, std::memory_order_release);
    if (failure_) {
      // Taken out of the pool: the exception belongs to this thread from now on.
      std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    return true;
  }

 private:
  static constexpr std::uint64_t kClosed = 0xffffffff;
  // About 50 microseconds: longer than the serial parts between two loops of a training step.
  static constexpr int kSpins = 2000;

  void start() {
    while (static_cast<int>(threads_.size()) + 1 < wanted_) {
      try {
        threads_.emplace_back([this] { serve(); });
      } catch (const std::system_error&) {
        wanted_ = static_cast<int>(threads_.size()) + 1;  // the system has no more threads
      }
    }
  }

  void stop() {
    stopping_.store(true, std::memory_order_relaxed);
    ticket_.fetch_add(std::uint64_t{1} << 32, std::memory_order_release);
    ticket_.notify_all();
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
    stopping_.store(false, std::memory_order_relaxed);
  }

  void serve() {
    inside_piece = true;
    std::uint64_t seen = 0;
    for (;;) {
      std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
      for (int spins = 0; ticket >> 32 == seen && spins < kSpins; ++spins) {
        relax();
        ticket = ticket_.load(std::memory_order_acquire);
      }
      if (ticket >> 32 == seen) {
        ticket_.wait(ticket, std::memory_order_acquire);
        continue;
      }
      if (stopping_.load(std::memory_order_relaxed)) {
        return;
      }
      seen = ticket >> 32;
      take_pieces(seen);
    }
  }

  void take_pieces(std::uint64_t job) {
    std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    while (ticket >> 32 == job) {
      const PieceRef* work = work_.load(std::memory_order_relaxed);
      const Index pieces = pieces_.load(std::memory_order_relaxed);
      const std::uint64_t mode = mode_.load(std::memory_order_relaxed);
      CountFlops* const counter = counter_.load(std::memory_order_relaxed);
      const Index piece = static_cast<Index>(ticket & 0xffffffff);
      if (piece >= pieces) {
        return;
      }
      if (ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) {
        if (mode != float_mode()) {
          set_float_mode(mode);  // and it stays: pool threads do nothing but pieces
        }
        set_flop_counter(counter);
        run_piece(*work, piece);
        done_.fetch_add(1, std::memory_order_release);
        ticket = ticket_.load(std::memory_order_acquire);
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

  std::atomic<std::uint64_t> ticket_{kClosed};
  std::atomic<const PieceRef*> work_{nullptr};
  std::atomic<Index> pieces_{0};
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
