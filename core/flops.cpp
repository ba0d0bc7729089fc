#include <gradus/core/flops.h>

#include <utility>

namespace gradus {
namespace {
thread_local CountFlops* counting = nullptr;
}

CountFlops* flop_counter() { return counting; }
void set_flop_counter(CountFlops* counter) { counting = counter; }

CountFlops::CountFlops() : before_(std::exchange(counting, this)) {}
CountFlops::~CountFlops() {
  counting = before_;
  if (before_) {
    before_->add(flops());
  }
}

void report_product(Index m, Index n, Index k) {
  if (counting) [[unlikely]] {
    counting->add(2 * m * n * k);
  }
}

}  // namespace gradus
