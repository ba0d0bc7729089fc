#pragma once
// How much work matrix products and convolutions do.  They report it here, in one place each
// (core/blas.cpp), and only while somebody counts; without that it costs a comparison a product.
#include <gradus/core/shape.h>

#include <atomic>
#include <cstdint>

namespace gradus {

/// While it lives, counts the floating-point operations of products on this thread and in the
/// pieces of its parallel loops: 2 for each multiply-add, those of convolutions with padding among
/// them.  What is done for each element is not
/// counted, nor what the workers of a loader do, which may outlive it.  Where one lives inside
/// another, that one hears of it at the end of the inner one.
class CountFlops {
 public:
  CountFlops();
  ~CountFlops();
  CountFlops(const CountFlops&) = delete;
  CountFlops& operator=(const CountFlops&) = delete;

  /// So far.
  std::int64_t flops() const { return flops_.load(std::memory_order_relaxed); }
  /// Counts more; any thread may call it.
  void add(std::int64_t flops) { flops_.fetch_add(flops, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> flops_{0};
  CountFlops* before_;
};

/// Reports a product of [m, k] and [k, n].
void report_product(Index m, Index n, Index k);

/// What counts on this thread, or nullptr; parallel loops hand it on to the threads of their
/// pieces.
CountFlops* flop_counter();
void set_flop_counter(CountFlops* counter);

}  // namespace gradus
