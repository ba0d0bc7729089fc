#pragma once
// Parallel loops.  Which thread does a piece does not matter; and the caller cuts the work by the
// shape of the problem alone wherever the cut decides bits, never by the number of threads.  So
// results are the same bits for any number of threads.
#include <gradus/core/shape.h>

#include <type_traits>

namespace gradus {

namespace core {

/// Elements of one piece of a parallel loop.  Less than two of them are not worth a second thread.
inline constexpr Index kPieceElements = 16384;

}  // namespace core

/// A callable that is borrowed for the time of a call.
class PieceRef {
 public:
  template <class F>
  PieceRef(const F& f)
      : object_(&f),
        call_([](const void* object, Index piece) { (*static_cast<const F*>(object))(piece); }) {}
  void operator()(Index piece) const { call_(object_, piece); }

 private:
  const void* object_;
  void (*call_)(const void*, Index);
};

/// Calls work(0), ..., work(pieces - 1), each once, on the calling thread and the pool's, in no
/// particular order; returns when all are done.  A thread begins with the same share of the range
/// in each loop of as many pieces: loops that cut the same data alike find it in their caches.
/// Inside a piece it runs serially.  If pieces throw, the exception of the lowest piece that threw
/// is rethrown after all have ended.  All pieces run in the calling thread's floating-point mode:
/// rounding, and whether subnormal numbers are flushed (core/subnormal.h); CountFlops
/// (core/flops.h) counts in them too.
void parallel_for(Index pieces, PieceRef work);

/// How many threads parallel loops use, the caller's included.  The default is the number of
/// processors this process may run on.
int num_threads();
/// Throws ValueError unless 1 <= count <= 1024, or inside a parallel loop.  Waits for a loop that
/// another thread runs.
void set_num_threads(int count);

}  // namespace gradus
