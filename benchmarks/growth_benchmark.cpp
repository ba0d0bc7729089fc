// What costs more as there is more of it: images that are streamed, and parameters of a step.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/growth_benchmark
#include <benchmark/benchmark.h>
#include <gradus/gradus.h>

#include <algorithm>
#include <vector>

namespace {

using namespace gradus;

// The images in sets of so many.
std::vector<data::DataLoader> loaders(const data::LabelledImages& all, Index of, Rng& rng) {
  std::vector<data::DataLoader> result;
  for (Index begin = 0; begin + of <= all.images.size(0); begin += of) {
    result.emplace_back(slice(all.images, 0, begin, begin + of),
                        slice(all.labels, 0, begin, begin + of),
                        data::LoaderOptions{.flatten = true}, rng.split());
  }
  return result;
}

// 784-128-10 with Adam on u8 images, until so many have been seen: an epoch of a set of so many, or
// of 60,000 time after time.  Sets take turns until 60,000 have been seen, which no cache holds, so
// that few images come from memory as many do.
void stream(benchmark::State& state) {
  constexpr Index kMost = 60'000;
  set_num_threads(static_cast<int>(state.range(1)));
  Rng rng(1);
  nn::Sequential net(nn::Linear(784, 128, rng), nn::ReLU(), nn::Linear(128, 10, rng));
  optim::Optimizer opt(net.parameters(), optim::Adam{.lr = 1e-4});
  const Index images = state.range(0);
  std::vector<data::DataLoader> sets =
      loaders(data::digits(kMost, 1), std::min(images, kMost), rng);
  std::size_t turn = 0;
  for (auto _ : state) {
    for (Index seen = 0; seen < images; turn = (turn + 1) % sets.size()) {
      for (const data::Batch& batch : sets[turn]) {
        opt.zero_grad();
        nn::cross_entropy(net(batch.x), batch.y).backward();
        opt.step();
      }
      seen += sets[turn].samples();
    }
  }
  state.SetItemsProcessed(state.iterations() * images);
}

BENCHMARK(stream)
    ->ArgsProduct({{1'000, 60'000, 600'000, 6'000'000}, {1, 2}})
    ->ArgNames({"images", "threads"})
    ->UseRealTime();

// A step of Adam on matrices of 1000 columns.
void step(benchmark::State& state) {
  set_num_threads(static_cast<int>(state.range(1)));
  Rng rng(1);
  Tensor w = randn({state.range(0) / 1000, 1000}, rng);
  w.set_requires_grad();
  w.set_grad(randn(w.shape(), rng));
  optim::Optimizer opt({{"w", w}}, optim::Adam{.lr = 1e-6});
  opt.step();  // makes the state
  for (auto _ : state) {
    opt.step();
  }
  state.SetItemsProcessed(state.iterations() * w.numel());
}

BENCHMARK(step)
    ->ArgsProduct({{100'000, 1'000'000, 10'000'000, 50'000'000}, {1, 2}})
    ->ArgNames({"parameters", "threads"})
    ->UseRealTime();

}  // namespace
