// What an operation costs beside its arithmetic: time for one on tiny tensors, without recording,
// with recording, and with its part of backward.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/op_benchmark
#include <benchmark/benchmark.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
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

}  // namespace
