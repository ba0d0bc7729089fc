// What an operation costs beside its arithmetic: time for one on tiny tensors, without recording,
// with recording, and with its part of backward; and sums and maxima of short rows.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/op_benchmark
#include <benchmark/benchmark.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/lane_sum.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>

namespace {

using namespace gradus;

constexpr int kOps = 1000;

// Half of them products, half of them sums.
Tensor chain(const Tensor& x, const Tensor& c) {
  Tensor y = x;
  for (int i = 0; i < kOps / 2; ++i) {
    y = y * c + c;
  }
  return y;
}

Tensor factor(const benchmark::State& state) { return full({state.range(0)}, 0.999); }

void count_ops(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * kOps); }

void forward_without_recording(benchmark::State& state) {
  const Tensor c = factor(state);
  const Tensor x = ones({state.range(0)});
  for (auto _ : state) {
    benchmark::DoNotOptimize(chain(x, c));
  }
  count_ops(state);
}
BENCHMARK(forward_without_recording)->Arg(1)->Arg(64);

void forward_recording(benchmark::State& state) {
  const Tensor c = factor(state);
  const Tensor x = ones({state.range(0)}).set_requires_grad();
  for (auto _ : state) {
    const Tensor y = chain(x, c);
    state.PauseTiming();
    sum(y).backward();
    state.ResumeTiming();
  }
  count_ops(state);
}
BENCHMARK(forward_recording)->Arg(1)->Arg(64);

void backward_alone(benchmark::State& state) {
  const Tensor c = factor(state);
  const Tensor x = ones({state.range(0)}).set_requires_grad();
  for (auto _ : state) {
    state.PauseTiming();
    const Tensor y = sum(chain(x, c));
    state.ResumeTiming();
    y.backward();
  }
  count_ops(state);
}
BENCHMARK(backward_alone)->Arg(1)->Arg(64);

void forward_and_backward(benchmark::State& state) {
  const Tensor c = factor(state);
  const Tensor x = ones({state.range(0)}).set_requires_grad();
  for (auto _ : state) {
    sum(chain(x, c)).backward();
  }
  count_ops(state);
}
BENCHMARK(forward_and_backward)->Arg(1)->Arg(64);

// linear, relu and cross_entropy of [2, 3].
void tiny_network(benchmark::State& state) {
  Rng rng(1);
  nn::Linear layer(4, 3, rng);
  const Tensor x = rand({2, 4}, rng);
  const Tensor labels = from_vector<std::int64_t>({0, 2}, {2});
  for (auto _ : state) {
    nn::cross_entropy(relu(layer(x)), labels).backward();
  }
}
BENCHMARK(tiny_network);

// The rows of softmax, losses and norms: a sum and a maximum of n numbers.
template <class F>
void for_rows_of(benchmark::State& state, F f) {
  constexpr Index kRows = 256;
  const Index n = state.range(0);
  const Tensor x = ones({kRows, n});
  for (auto _ : state) {
    for (Index row = 0; row < kRows; ++row) {
      benchmark::DoNotOptimize(f(x.data<float>() + row * n, n));
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
void row_sum(benchmark::State& state) { for_rows_of(state, core::sum_of<float>); }
void row_maximum(benchmark::State& state) { for_rows_of(state, core::largest_of<float>); }
BENCHMARK(row_sum)->Arg(10)->Arg(33)->Arg(64);
BENCHMARK(row_maximum)->Arg(10)->Arg(33)->Arg(64);

}  // namespace
