// The matrix products of an MLP step, as they run, and in OpenBLAS alone: GFLOP/s by shape and
// threads, to be held against the processor's peak (limits_benchmark).
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/gemm_benchmark
#include <benchmark/benchmark.h>
#include <gradus/core/blas.h>
#include <gradus/core/cpu.h>
#include <gradus/core/parallel.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>

namespace {

using namespace gradus;

// c: [m, n] from op(a): [m, k] and op(b): [k, n], each stored as it stands in a training step.
void product(benchmark::State& state, const Tensor& a, const Tensor& b) {
  Tensor c({a.size(0), b.size(1)}, f32);
  for (auto _ : state) {
    core::gemm("benchmark", a, b, c);
  }
  const double flops = 2.0 * double(c.numel()) * double(a.size(1));
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops * double(state.iterations()) / 1e9, benchmark::Counter::kIsRate);
}

struct Sizes {
  Index batch, in, out;
  Rng rng{1};
  explicit Sizes(const benchmark::State& state)
      : batch(state.range(0)), in(state.range(1)), out(state.range(2)) {
    set_num_threads(static_cast<int>(state.range(3)));
  }
  Tensor matrix(Index rows, Index columns) { return randn({rows, columns}, rng); }
};

// Without vector instructions of our own a product is BLAS's.
template <void (*run)(benchmark::State&)>
void in_blas(benchmark::State& state) {
  set_active_cpu(Cpu::base);
  run(state);
  set_active_cpu(detected_cpu());
}

// y = x w'
void forward(benchmark::State& state) {
  Sizes s(state);
  product(state, s.matrix(s.batch, s.in), core::transpose(s.matrix(s.out, s.in), 0, 1));
}

// dw = dy' x
void weight_gradient(benchmark::State& state) {
  Sizes s(state);
  product(state, core::transpose(s.matrix(s.batch, s.out), 0, 1), s.matrix(s.batch, s.in));
}

// dx = dy w
void input_gradient(benchmark::State& state) {
  Sizes s(state);
  product(state, s.matrix(s.batch, s.out), s.matrix(s.out, s.in));
}

void shapes(benchmark::internal::Benchmark* b) {
  for (const Index threads : {1, 2}) {
    for (const Index batch : {16, 32, 64, 128, 512}) {
      b->Args({batch, 784, 128, threads});
      b->Args({batch, 128, 10, threads});
      b->Args({batch, 512, 512, threads});
    }
  }
  b->ArgNames({"batch", "in", "out", "threads"})->UseRealTime();
}

BENCHMARK(forward)->Name("tiles/forward")->Apply(shapes);
BENCHMARK(weight_gradient)->Name("tiles/weight_gradient")->Apply(shapes);
BENCHMARK(input_gradient)->Name("tiles/input_gradient")->Apply(shapes);
BENCHMARK(in_blas<forward>)->Name("blas/forward")->Apply(shapes);
BENCHMARK(in_blas<weight_gradient>)->Name("blas/weight_gradient")->Apply(shapes);
BENCHMARK(in_blas<input_gradient>)->Name("blas/input_gradient")->Apply(shapes);

}  // namespace
