// A whole training step of 784-128-10: forward, loss, backward and optimizer, in images a second,
// with the batch ready in memory and with the loader making it from u8 pixels.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/training_benchmark
#include <benchmark/benchmark.h>
#include <gradus/gradus.h>

namespace {

using namespace gradus;

struct Mlp {
  Rng rng{1};
  nn::Sequential net;
  explicit Mlp(const benchmark::State& state) {
    set_num_threads(static_cast<int>(state.range(1)));
    net.add(nn::Linear(784, 128, rng)).add(nn::ReLU()).add(nn::Linear(128, 10, rng));
  }
};

template <class Rule>
void train(benchmark::State& state, const Rule& rule) {
  Mlp mlp(state);
  optim::Optimizer opt(mlp.net.parameters(), rule);
  const Index batch = state.range(0);
  const Tensor x = rand({batch, 784}, mlp.rng);
  Tensor y = empty({batch}, i64);
  for (Index i = 0; i < batch; ++i) {
    y.mutable_data<std::int64_t>()[i] = mlp.rng.below(10);
  }
  for (auto _ : state) {
    const Tensor loss = nn::cross_entropy(mlp.net(x), y);
    opt.zero_grad();
    loss.backward();
    opt.step();
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

void train_from_pixels(benchmark::State& state) {
  Mlp mlp(state);
  optim::Optimizer opt(mlp.net.parameters(), optim::Adam{.lr = 1e-4});
  const Index batch = state.range(0);
  data::DataLoader loader(data::digits(4096, 1), {.batch_size = batch, .flatten = true},
                          mlp.rng.split());
  std::int64_t images = 0;
  while (state.KeepRunningBatch(loader.batches())) {
    for (const data::Batch& b : loader) {
      const Tensor loss = nn::cross_entropy(mlp.net(b.x), b.y);
      opt.zero_grad();
      loss.backward();
      opt.step();
      images += b.y.numel();
    }
  }
  state.SetItemsProcessed(images);
}

void batches(benchmark::internal::Benchmark* b) {
  b->ArgsProduct({{32, 64, 128, 512}, {1, 2}})->ArgNames({"batch", "threads"})->UseRealTime();
}

BENCHMARK_CAPTURE(train, SGD_momentum, optim::SGD{.lr = 1e-3, .momentum = 0.9})->Apply(batches);
BENCHMARK_CAPTURE(train, RMSprop, optim::RMSprop{.lr = 1e-4})->Apply(batches);
BENCHMARK_CAPTURE(train, Adam, optim::Adam{.lr = 1e-4})->Apply(batches);
BENCHMARK(train_from_pixels)->Apply(batches);

}  // namespace
