// Optimizer::step() as a whole, each against its measure in the same run, turn by turn; the
// counters are medians over the turns.
//
//   bandwidth       GB/s of the step, of the update written by hand (plain_loops.cpp), and of a
//   loop
//                   that only reads and writes the same arrays; the step's share of both
//   small_tensors   microseconds of a step over 64 tensors of 156 elements, on one thread
//   subnormal       a step on state filled with 1e-40 over a step on normal state
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/optim_step_benchmark
#include <gradus/optim/adadelta.h>
#include <gradus/optim/adafactor.h>
#include <gradus/optim/adagrad.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/adamax.h>
#include <gradus/optim/adamw.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/lion.h>
#include <gradus/optim/muon.h>
#include <gradus/optim/nadam.h>
#include <gradus/optim/radam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/rprop.h>
#include <gradus/optim/sgd.h>

#include "plain_loops.h"
#include "step_benchmark.h"

namespace {

using namespace gradus;
using namespace gradus::bench;

constexpr int kTurns = 31;

template <class R>
void bandwidth(benchmark::State& state, const R& rule, plain::Loop by_hand) {
  const Index tensors = state.range(1);
  const int threads = static_cast<int>(state.range(2));
  const Index length = state.range(0) / tensors;
  set_num_threads(threads);
  Trained<R> trained(rule, tensors, {length});
  const std::size_t slots = trained.state(0).size();
  std::vector<plain::Arrays> arrays;
  for (std::size_t i = 0; i < static_cast<std::size_t>(tensors); ++i) {
    const Tensor& w = trained.optimizer.groups()[0].entries[i].parameter.tensor;
    const std::vector<Tensor> s = trained.state(i);
    arrays.push_back({w.mutable_data<float>(), w.grad().template data<float>(),
                      s[0].mutable_data<float>(), slots > 1 ? s[1].mutable_data<float>() : nullptr,
                      slots > 2 ? s[2].mutable_data<float>() : nullptr});
  }
  // Each thread has its share of all elements, one after the other.
  const auto run = [&](plain::Loop loop) {
    const Index all = tensors * length;
    parallel_for(threads, [&](Index thread) {
      const Index end = all * (thread + 1) / threads;
      for (Index i = all * thread / threads; i < end;) {
        const Index tensor = i / length;
        const Index first = i % length;
        const Index last = std::min(length, first + end - i);
        loop(arrays[static_cast<std::size_t>(tensor)], static_cast<std::size_t>(first),
             static_cast<std::size_t>(last));
        i += last - first;
      }
    });
  };
  const plain::Loop traffic = slots > 2   ? plain::traffic_of_three
                              : slots > 1 ? plain::traffic_of_two
                                          : plain::traffic_of_one;

  std::vector<double> ours;
  std::vector<double> hand;
  std::vector<double> moved;
  for (auto _ : state) {
    ours.push_back(seconds([&] { trained.optimizer.step(); }));
    hand.push_back(seconds([&] { run(by_hand); }));
    moved.push_back(seconds([&] { run(traffic); }));
    state.SetIterationTime(ours.back());
  }
  // w and the state are read and written, g is read.
  const double gigabytes = 4e-9 * double(tensors * length) * double(2 * slots + 3);
  state.counters["step_GBs"] = gigabytes / median(ours);
  state.counters["by_hand_GBs"] = gigabytes / median(hand);
  state.counters["traffic_GBs"] = gigabytes / median(moved);
  state.counters["of_by_hand"] = median(hand) / median(ours);
  state.counters["of_traffic"] = median(moved) / median(ours);
}

template <class R>
void small_tensors(benchmark::State& state, const R& rule) {
  constexpr int kSteps = 100;
  set_num_threads(1);
  Trained<R> trained(rule, 64, {156});
  std::vector<double> times;
  for (auto _ : state) {
    times.push_back(seconds([&] {
                      for (int i = 0; i < kSteps; ++i) {
                        trained.optimizer.step();
                      }
                    }) /
                    kSteps);
    state.SetIterationTime(times.back());
  }
  state.counters["step_us"] = 1e6 * median(times);
}

template <class R>
void subnormal(benchmark::State& state, const R& rule) {
  set_num_threads(1);
  Trained<R> trained(rule, 1, {320, 318});
  const std::vector<Tensor> tensors = trained.state(0);
  if (tensors.empty()) {
    state.SkipWithError("the rule has no state");
    return;
  }
  const auto step_on = [&](double value) {
    for (const Tensor& x : tensors) {
      fill(x, value);
    }
    return seconds([&] { trained.optimizer.step(); });
  };
  std::vector<double> normal;
  std::vector<double> tiny;
  for (auto _ : state) {
    normal.push_back(step_on(1e-4));
    tiny.push_back(step_on(1e-40));
    state.SetIterationTime(tiny.back());
  }
  state.counters["normal_us"] = 1e6 * median(normal);
  state.counters["subnormal_us"] = 1e6 * median(tiny);
  state.counters["ratio"] = median(tiny) / median(normal);
}

void splits(benchmark::internal::Benchmark* b) {
  for (const Index n : {100'000, 1'000'000, 50'000'000}) {
    for (const Index tensors : {1, 64}) {
      for (const Index threads : {1, 2}) {
        b->Args({n, tensors, threads});
      }
    }
  }
  b->ArgNames({"parameters", "tensors", "threads"})
      ->Iterations(kTurns)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

// Where all lies in the second-level cache.
void in_cache(benchmark::internal::Benchmark* b) {
  for (const int threads : {1, 2}) {
    b->Args({100'000, 1, threads});
  }
  b->ArgNames({"parameters", "tensors", "threads"})
      ->Iterations(20 * kTurns)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

void turns(benchmark::internal::Benchmark* b) {
  b->Iterations(kTurns)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

const optim::Adam adam{.lr = 1e-6};
const optim::RMSprop rmsprop{.lr = 1e-6};
const optim::SGD momentum{.lr = 1e-6, .momentum = 0.9};

BENCHMARK_CAPTURE(bandwidth, Adam, adam, plain::adam)->Apply(splits);
BENCHMARK_CAPTURE(bandwidth, RMSprop, rmsprop, plain::rmsprop)->Apply(splits);
BENCHMARK_CAPTURE(bandwidth, SGD_momentum, momentum, plain::momentum)->Apply(splits);

BENCHMARK_CAPTURE(bandwidth, Adagrad, optim::Adagrad{}, plain::adagrad)->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, RMSprop_centered, optim::RMSprop{.momentum = 0.9, .centered = true},
                  plain::rmsprop_centered)
    ->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, Adadelta, optim::Adadelta{}, plain::adadelta)->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, Adam_amsgrad, optim::Adam{.amsgrad = true}, plain::adam_amsgrad)
    ->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, AdamW, optim::AdamW{}, plain::adamw)->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, Adamax, optim::Adamax{}, plain::adamax)->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, NAdam, optim::NAdam{}, plain::nadam)->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, RAdam, optim::RAdam{}, plain::radam)->Apply(in_cache);
BENCHMARK_CAPTURE(bandwidth, Lion, optim::Lion{}, plain::lion)->Apply(in_cache);

BENCHMARK_CAPTURE(small_tensors, Adam, adam)->Apply(turns);
BENCHMARK_CAPTURE(small_tensors, RMSprop, rmsprop)->Apply(turns);
BENCHMARK_CAPTURE(small_tensors, SGD_momentum, momentum)->Apply(turns);

// Every rule with state.
BENCHMARK_CAPTURE(subnormal, SGD_momentum, momentum)->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Adagrad, optim::Adagrad{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, RMSprop, rmsprop)->Apply(turns);
BENCHMARK_CAPTURE(subnormal, RMSprop_centered, optim::RMSprop{.momentum = 0.9, .centered = true})
    ->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Adadelta, optim::Adadelta{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Adam, adam)->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Adam_amsgrad, optim::Adam{.amsgrad = true})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, AdamW, optim::AdamW{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Adamax, optim::Adamax{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, NAdam, optim::NAdam{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, RAdam, optim::RAdam{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Rprop, optim::Rprop{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Lion, optim::Lion{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, LARS, optim::LARS{.momentum = 0.9, .weight_decay = 0.01})
    ->Apply(turns);
BENCHMARK_CAPTURE(subnormal, LAMB, optim::LAMB{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Muon, optim::Muon{})->Apply(turns);
BENCHMARK_CAPTURE(subnormal, Adafactor, optim::Adafactor{})->Apply(turns);

}  // namespace
