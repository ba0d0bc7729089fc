// What this processor can do at most: fused multiply-adds of f32 that wait for nothing, in numbers
// multiplied or added a second (limit_loops.cpp is compiled for this processor alone); and what it
// costs to share data between two of them.
//
//   build/benchmark/benchmarks/limits_benchmark
#include <benchmark/benchmark.h>
#include <gradus/core/parallel.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "limit_loops.h"

namespace {

void multiply_adds(benchmark::State& state) {
  const auto threads = static_cast<int>(state.range(0));
  gradus::set_num_threads(threads);
  constexpr long kTimes = 200000;
  for (auto _ : state) {
    gradus::parallel_for(threads, [](gradus::Index) { limit::multiply_adds(kTimes); });
  }
  state.counters["GFLOP/s"] = benchmark::Counter(
      double(limit::kFlops) * double(kTimes) * threads * double(state.iterations()) / 1e9,
      benchmark::Counter::kIsRate);
}
BENCHMARK(multiply_adds)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime();

// 400 KB that two threads pass over in turns: how long it takes the first one to change all numbers
// after the second one has read (1) or changed (2) them, or left them alone (0).
void pass_over_400_KB(benchmark::State& state) {
  std::vector<float> numbers(100'352);
  const auto use = static_cast<int>(state.range(0));
  std::atomic<int> turn{0};  // 1: the second thread's; 2: the end
  std::thread second([&] {
    for (int now; (now = turn.load(std::memory_order_acquire)) != 2;) {
      if (now == 0) {
        continue;
      }
      if (use == 1) {
        benchmark::DoNotOptimize(std::accumulate(numbers.begin(), numbers.end(), 0.0F));
      } else if (use == 2) {
        std::for_each(numbers.begin(), numbers.end(), [](float& x) { x += 1; });
      }
      turn.store(0, std::memory_order_release);
    }
  });
  for (auto _ : state) {
    turn.store(1, std::memory_order_release);
    while (turn.load(std::memory_order_acquire) != 0) {
    }
    const auto begin = std::chrono::steady_clock::now();
    std::for_each(numbers.begin(), numbers.end(), [](float& x) { x += 1; });
    benchmark::ClobberMemory();
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  turn.store(2, std::memory_order_release);
  second.join();
}
BENCHMARK(pass_over_400_KB)->Arg(0)->Arg(1)->Arg(2)->ArgName("second")->UseManualTime();

}  // namespace
