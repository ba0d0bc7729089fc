// What this processor can do at most: fused multiply-adds of f32 that wait for nothing, in numbers
// multiplied or added a second (limit_loops.cpp is compiled for this processor alone).
//
//   build/benchmark/benchmarks/limits_benchmark
#include <benchmark/benchmark.h>
#include <gradus/core/parallel.h>

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

}  // namespace
