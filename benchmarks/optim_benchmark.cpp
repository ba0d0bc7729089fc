// The optimizer step by size: time for each parameter and bytes moved, beside a loop that moves the
// same bytes and only adds.  Which form of its linear updates SGD uses is
// decided here: gradient_descent_blas or _fused, momentum_blas or step/SGD_momentum.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/optim_benchmark
#include <benchmark/benchmark.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/parallel.h>
#include <gradus/core/random.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/linear_update.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

namespace {

using namespace gradus;

void count(benchmark::State& state, Index bytes_per_parameter) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * state.range(0) * bytes_per_parameter);
}

struct Setup {
  Tensor w, g, a, b;
  explicit Setup(const benchmark::State& state) {
    set_num_threads(static_cast<int>(state.range(1)));
    Rng rng(1);
    for (Tensor* x : {&w, &g, &a, &b}) {
      *x = randn({state.range(0)}, rng);
    }
  }
};

void gradient_descent_blas(benchmark::State& state) {
  Setup s(state);
  for (auto _ : state) {
    optim::axpy_blas(-1e-6, s.g, s.w);
  }
  count(state, 12);
}

void gradient_descent_fused(benchmark::State& state) {
  Setup s(state);
  for (auto _ : state) {
    optim::axpy_fused(-1e-6, s.g, s.w);
  }
  count(state, 12);
}

void momentum_blas(benchmark::State& state) {
  Setup s(state);
  for (auto _ : state) {
    optim::momentum_blas(0.9, 1, 1e-6, s.g, s.a, s.w);
  }
  count(state, 20);
}

template <class Rule>
void step(benchmark::State& state, const Rule& rule, Index bytes) {
  Setup s(state);
  typename Rule::State slots;
  Index t = 0;
  for (auto _ : state) {
    rule.update(++t, s.w, s.g, slots);
  }
  count(state, bytes);
}

// Reads as many arrays and writes as many as Adam, with additions alone.
void adam_bytes(benchmark::State& state) {
  Setup s(state);
  for (auto _ : state) {
    core::elementwise(
        "bytes",
        [](auto& w, auto g, auto& m, auto& v) {
          m += g;
          v += g;
          w += m;
        },
        s.w, std::as_const(s.g), s.a, s.b);
  }
  count(state, 28);
}

void momentum_bytes(benchmark::State& state) {
  Setup s(state);
  for (auto _ : state) {
    core::elementwise(
        "bytes",
        [](auto& w, auto g, auto& m) {
          m += g;
          w += m;
        },
        s.w, std::as_const(s.g), s.a);
  }
  count(state, 20);
}

void sizes(benchmark::internal::Benchmark* b) {
  for (const Index threads : {1, 2}) {
    for (const Index n : {10'000, 101'770, 1'000'000, 10'000'000}) {
      b->Args({n, threads});
    }
  }
  b->ArgNames({"parameters", "threads"})->UseRealTime();
}

BENCHMARK(gradient_descent_blas)->Apply(sizes);
BENCHMARK(gradient_descent_fused)->Apply(sizes);
BENCHMARK(momentum_bytes)->Apply(sizes);
BENCHMARK(momentum_blas)->Apply(sizes);
BENCHMARK_CAPTURE(step, SGD_momentum, optim::SGD{.lr = 1e-6, .momentum = 0.9}, 20)->Apply(sizes);
BENCHMARK_CAPTURE(step, RMSprop, optim::RMSprop{.lr = 1e-6}, 20)->Apply(sizes);
BENCHMARK(adam_bytes)->Apply(sizes);
BENCHMARK_CAPTURE(step, Adam, optim::Adam{.lr = 1e-6}, 28)->Apply(sizes);

}  // namespace
