// A rule in a user's file, compiled with -O2 and no other flag, against its built-in twin in the
// same run, turn by turn: `ratio` is the median over the turns of the user's time by the twin's.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/user_rule_benchmark
#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>

#include "rule.h"
#include "step_benchmark.h"

namespace {

using namespace gradus;
using namespace gradus::bench;

using Make = std::unique_ptr<optim::OptimizerBase> (*)(const Parameters&, double);

template <class R>
std::unique_ptr<optim::OptimizerBase> built_in(const Parameters& parameters, double lr) {
  return std::make_unique<optim::Optimizer<R>>(parameters, R{.lr = lr});
}

Parameters one_parameter(Index n) {
  Tensor w = empty({n});
  const Tensor g = empty({n});
  fill_with_noise(w, 0);
  fill_with_noise(g, 1);
  w.set_requires_grad();
  w.set_grad(g);
  return {{"w", w}};
}

void user_rule(benchmark::State& state, Make user, Make ours) {
  set_num_threads(1);
  const auto theirs = user(one_parameter(state.range(0)), 1e-6);
  const auto twin = ours(one_parameter(state.range(0)), 1e-6);
  const Index repeats = std::max<Index>(1, 1000000 / state.range(0));
  const auto time = [&](optim::OptimizerBase& optimizer) {
    return seconds([&] {
      for (Index i = 0; i < repeats; ++i) {
        optimizer.step();
      }
    });
  };
  time(*theirs);
  time(*twin);
  std::vector<double> ratios;
  std::vector<double> times;
  for (auto _ : state) {
    times.push_back(time(*theirs));
    ratios.push_back(times.back() / time(*twin));
    state.SetIterationTime(times.back());
  }
  state.counters["step_us"] = 1e6 * median(times) / double(repeats);
  state.counters["ratio"] = median(ratios);
}

void sizes(benchmark::internal::Benchmark* b) {
  b->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000)->ArgName("parameters");
  b->Iterations(31)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(user_rule, Adam, user::adam, built_in<optim::Adam>)->Apply(sizes);
BENCHMARK_CAPTURE(user_rule, RMSprop, user::rmsprop, built_in<optim::RMSprop>)->Apply(sizes);

}  // namespace
