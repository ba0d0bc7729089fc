// What does not depend on the machine's mood: once warm, a training step asks the system for
// nothing.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "support/sanitizer.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace gradus {
namespace {

std::size_t threads_of_process() {
  namespace fs = std::filesystem;
  return fs::exists("/proc/self/task") ? static_cast<std::size_t>(std::distance(
                                             fs::directory_iterator("/proc/self/task"), {}))
                                       : 0;
}

// Bytes that malloc has from the system.
std::size_t heap_of_process() {
#if defined(__GLIBC__)
  const auto info = mallinfo2();
  return info.arena + info.hblkhd;
#else
  return 0;
#endif
}

struct Counters {
  std::uint64_t tensor_blocks = memory_stats().system_allocations;
  std::size_t heap = heap_of_process();
  std::size_t threads = threads_of_process();
  bool operator==(const Counters&) const = default;
};

void expect_warm_steps_to_ask_for_nothing(nn::Sequential& net, const Tensor& x) {
  set_num_threads(2);
  optim::Optimizer opt(net.parameters(), optim::Adam{});
  const Tensor labels = zeros({x.size(0)}, i64);
  const auto step = [&] {
    const Tensor loss = nn::cross_entropy(net(x), labels);
    opt.zero_grad();
    loss.backward();
    opt.step();
  };
  // How many pieces want working memory at the same time is settled by chance, once and for all, in
  // the first steps.
  Counters before;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 20; ++i) {
      step();
    }
    const Counters after;
    if (after == before) {
      return;
    }
    before = after;
  }
  ADD_FAILURE() << "after 400 steps the last twenty still asked for something: "
                << before.tensor_blocks << " blocks, " << before.heap << " bytes, "
                << before.threads << " threads";
}

TEST(WarmStep, of_fully_connected_layers_asks_the_system_for_nothing) {
  if (test::kAddressSanitizer || test::kThreadSanitizer) {
    GTEST_SKIP() << "a sanitizer has memory and threads of its own";
  }
  Rng rng(1);
  nn::Sequential net(nn::Linear(784, 128, rng), nn::ReLU(), nn::Linear(128, 10, rng));
  expect_warm_steps_to_ask_for_nothing(net, rand({64, 784}, rng));
}

TEST(WarmStep, of_convolutions_asks_the_system_for_nothing) {
  if (test::kAddressSanitizer || test::kThreadSanitizer) {
    GTEST_SKIP() << "a sanitizer has memory and threads of its own";
  }
  Rng rng(1);
  nn::Sequential net(nn::Conv2d(1, 32, 3, rng), nn::ReLU(), nn::MaxPool2d(2),
                     nn::Conv2d(32, 64, 3, rng), nn::ReLU(), nn::AvgPool2d(2), nn::Flatten(),
                     nn::Linear(1600, 10, rng));
  expect_warm_steps_to_ask_for_nothing(net, rand({32, 1, 28, 28}, rng));
}

}  // namespace
}  // namespace gradus
