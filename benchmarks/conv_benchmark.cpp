// Convolutional networks for images of 28 x 28: whole training steps (forward, loss, backward, SGD)
// in images a second, and convolutions by themselves, in multiply-adds counted twice, those with
// padding not among them.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/conv_benchmark
#include <benchmark/benchmark.h>
#include <gradus/core/conv.h>
#include <gradus/core/narrow_conv.h>
#include <gradus/core/side_by_side_conv.h>
#include <gradus/core/tiled_conv.h>
#include <gradus/gradus.h>

namespace {

using namespace gradus;

nn::Sequential cnn(Rng& rng) {
  return nn::Sequential(nn::Conv2d(1, 32, 3, rng), nn::ReLU(), nn::Conv2d(32, 64, 3, rng),
                        nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(9216, 128, rng),
                        nn::ReLU(), nn::Linear(128, 10, rng));
}
// Multiply-adds of one image, forward: backward has twice as many, but none for the first input.
constexpr double kCnn = 26 * 26 * 32 * 9 + 24 * 24 * 64 * 288 + 9216 * 128 + 128 * 10;
constexpr double kCnnFirst = 26 * 26 * 32 * 9;

nn::Sequential lenet(Rng& rng) {
  return nn::Sequential(nn::Conv2d(1, 6, 5, {.padding = 2}, rng), nn::ReLU(), nn::AvgPool2d(2),
                        nn::Conv2d(6, 16, 5, rng), nn::ReLU(), nn::AvgPool2d(2), nn::Flatten(),
                        nn::Linear(400, 120, rng), nn::ReLU(), nn::Linear(120, 84, rng), nn::ReLU(),
                        nn::Linear(84, 10, rng));
}
constexpr double kLenetFirst = 28 * 28 * 6 * 25;
constexpr double kLenet = kLenetFirst + 100 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10;

void train(benchmark::State& state, nn::Sequential (*make)(Rng&), double work, double first) {
  set_num_threads(static_cast<int>(state.range(1)));
  Rng rng(1);
  nn::Sequential net = make(rng);
  optim::Optimizer opt(net.parameters(), optim::SGD{.lr = 1e-3, .momentum = 0.9});
  const Index batch = state.range(0);
  const Tensor x = rand({batch, 1, 28, 28}, rng);
  Tensor y = empty({batch}, i64);
  for (Index i = 0; i < batch; ++i) {
    y.mutable_data<std::int64_t>()[i] = rng.below(10);
  }
  for (auto _ : state) {
    const Tensor loss = nn::cross_entropy(net(x), y);
    opt.zero_grad();
    loss.backward();
    opt.step();
  }
  state.SetItemsProcessed(state.iterations() * batch);
  state.counters["FLOP/s"] =
      benchmark::Counter(2 * (3 * work - first) * double(batch) * double(state.iterations()),
                         benchmark::Counter::kIsRate);
}

void steps(benchmark::internal::Benchmark* b) {
  b->ArgsProduct({{64, 128}, {1, 2}})->ArgNames({"batch", "threads"})->UseRealTime();
}
BENCHMARK_CAPTURE(train, cnn, cnn, kCnn, kCnnFirst)->Apply(steps);
BENCHMARK_CAPTURE(train, lenet, lenet, kLenet, kLenetFirst)->Apply(steps);

// conv3x3(64) on 32 channels of 26 x 26.
template <class F>
void product(benchmark::State& state, F f) {
  set_num_threads(static_cast<int>(state.range(1)));
  Rng rng(1);
  const core::ConvShape s =
      core::conv_shape("conv", {state.range(0), 32, 26, 26}, {64, 32, 3, 3}, {}, 1);
  const Tensor x = rand(s.x_shape(), rng);
  const Tensor weight = rand(s.weight_shape(), rng);
  const Tensor dy = rand(s.y_shape(), rng);
  for (auto _ : state) {
    benchmark::DoNotOptimize(f(s, x, weight, dy));
  }
  const double work = 2.0 * 24 * 24 * 64 * 288 * double(state.range(0));
  state.counters["FLOP/s"] =
      benchmark::Counter(work * double(state.iterations()), benchmark::Counter::kIsRate);
}

void forward(benchmark::State& state) {
  product(state, [](const auto& s, const Tensor& x, const Tensor& weight, const Tensor&) {
    return core::conv("conv", s, x, weight, {});
  });
}
void by_input(benchmark::State& state) {
  product(state, [](const auto& s, const Tensor&, const Tensor& weight, const Tensor& dy) {
    return core::conv_input("conv", s, dy, weight);
  });
}
void by_weight(benchmark::State& state) {
  product(state, [](const auto& s, const Tensor& x, const Tensor&, const Tensor& dy) {
    return core::conv_weight("conv", s, x, dy);
  });
}
BENCHMARK(forward)->Apply(steps);
BENCHMARK(by_input)->Apply(steps);
BENCHMARK(by_weight)->Apply(steps);

// The second convolution of LeNet, and the one by its input: 64 images with few channels, images
// side by side or the copies of each (core/narrow_conv.h).
using Convolution = void (*)(const core::ConvShape&, const float*, const float*, const float*,
                             const core::ElementLoop*, float*);
void few_channels(benchmark::State& state, Convolution run, bool by_input) {
  set_num_threads(static_cast<int>(state.range(1)));
  Rng rng(1);
  core::ConvShape s = core::conv_shape("conv", {state.range(0), 6, 14, 14}, {16, 6, 5, 5}, {}, 1);
  const double work = 2.0 * double(s.batch * s.out * s.positions() * s.taps());
  s = by_input ? core::turned_shape(s) : s;
  const Tensor x = rand(s.x_shape(), rng);
  const Tensor weight = rand(s.weight_shape(), rng);
  const Tensor y = empty(s.y_shape());
  for (auto _ : state) {
    run(s, x.data<float>(), weight.data<float>(), nullptr, nullptr, y.mutable_data<float>());
  }
  state.counters["FLOP/s"] =
      benchmark::Counter(work * double(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(few_channels, forward_copies, core::narrow_conv<float>, false)->Apply(steps);
BENCHMARK_CAPTURE(few_channels, forward, core::side_by_side_conv<float>, false)->Apply(steps);
BENCHMARK_CAPTURE(few_channels, by_input_copies, core::narrow_conv<float>, true)->Apply(steps);
BENCHMARK_CAPTURE(few_channels, by_input, core::side_by_side_conv<float>, true)->Apply(steps);

void max_pool(benchmark::State& state) {
  set_num_threads(static_cast<int>(state.range(1)));
  Rng rng(1);
  const Tensor x = rand({state.range(0), 64, 24, 24}, rng);
  for (auto _ : state) {
    benchmark::DoNotOptimize(max_pool2d(x, 2));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(max_pool)->Apply(steps);

// The first one of LeNet.
void mean_pool(benchmark::State& state) {
  set_num_threads(static_cast<int>(state.range(1)));
  Rng rng(1);
  const Tensor x = rand({state.range(0), 6, 28, 28}, rng);
  for (auto _ : state) {
    benchmark::DoNotOptimize(avg_pool2d(x, 2));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(mean_pool)->Apply(steps);

}  // namespace
