// The optimizer step by size: time for each parameter and bytes moved, beside a loop that moves the
// same bytes and only adds.  In which form the linear passes of rules run (optim/linear_update.h)
// is decided by linear/...: the time of each form, turn by turn, and of BLAS's as a share of one
// pass's.
//
//   env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE build/benchmark/benchmarks/optim_benchmark
#include <benchmark/benchmark.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/parallel.h>
#include <gradus/core/random.h>
#include <gradus/optim/adadelta.h>
#include <gradus/optim/adagrad.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/adamax.h>
#include <gradus/optim/adamw.h>
#include <gradus/optim/linear_update.h>
#include <gradus/optim/lion.h>
#include <gradus/optim/nadam.h>
#include <gradus/optim/radam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/rprop.h>
#include <gradus/optim/sgd.h>

#include "step_benchmark.h"

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

// Both forms of a linear formula, turn by turn; operands are those of the formula among w, g, b, d.
template <class F, class... Operands>
void compare_forms(benchmark::State& state, const F& formula, Operands&&... operands) {
  const Index n = state.range(0);
  const int repeats = static_cast<int>(std::max<Index>(1, 1'000'000 / n));
  const auto turn = [&](optim::LinearForm form) {
    return bench::seconds([&] {
      for (int i = 0; i < repeats; ++i) {
        optim::update_linear(form, "benchmark", formula, operands...);
      }
    });
  };
  std::vector<double> blas;
  std::vector<double> pass;
  std::vector<double> ratio;
  for (auto _ : state) {
    blas.push_back(turn(optim::LinearForm::blas));
    pass.push_back(turn(optim::LinearForm::one_pass));
    ratio.push_back(blas.back() / pass.back());
    state.SetIterationTime(blas.back());
  }
  const double each = 1e9 / double(n * repeats);
  state.counters["blas_ns"] = each * bench::median(blas);
  state.counters["one_pass_ns"] = each * bench::median(pass);
  state.counters["ratio"] = bench::median(ratio);
}

// SGD and LARS without momentum and decay; the last line of LAMB, Muon and Adafactor.
void step_alone(benchmark::State& state) {
  Setup s(state);
  compare_forms(
      state, [](auto& w, auto g) { w -= 1e-6 * g; }, s.w, std::as_const(s.g));
}
// Adafactor in Keras's order.
void decay_alone(benchmark::State& state) {
  Setup s(state);
  compare_forms(
      state, [](auto& w) { w *= 1 - 1e-7; }, s.w);
}
// Muon and Adafactor.
void decay_and_step(benchmark::State& state) {
  Setup s(state);
  compare_forms(
      state,
      [](auto& w, auto g) {
        w *= 1 - 1e-7;
        w -= 1e-6 * g;
      },
      s.w, std::as_const(s.g));
}
// SGD and LARS with weight decay.
void decayed_gradient(benchmark::State& state) {
  Setup s(state);
  compare_forms(
      state, [](auto& w, auto g) { w -= 1e-6 * (g + 0.1 * w); }, s.w, std::as_const(s.g));
}
// SGD and LARS.
void momentum(benchmark::State& state) {
  Setup s(state);
  compare_forms(
      state,
      [](auto& w, auto g, auto& b) {
        b = 0.9 * b + g;
        w -= 1e-6 * b;
      },
      s.w, std::as_const(s.g), s.a);
}
void nesterov(benchmark::State& state) {
  Setup s(state);
  compare_forms(
      state,
      [](auto& w, auto g, auto& b) {
        b = 0.9 * b + g;
        w -= 1e-6 * (g + 0.9 * b);
      },
      s.w, std::as_const(s.g), s.a);
}
// Muon.
void average_and_direction(benchmark::State& state) {
  Setup s(state);
  compare_forms(
      state,
      [](auto& d, auto g, auto& b) {
        b = 0.95 * b + 0.05 * g;
        d = 0.05 * g + 0.95 * b;
      },
      s.b, std::as_const(s.g), s.a);
}

template <class Rule>
void step(benchmark::State& state, const Rule& rule, Index bytes) {
  Setup s(state);
  typename Rule::State slots;
  Index t = 1;
  rule.update(t, s.w, s.g, slots);  // makes the state
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
  b->ArgNames({"parameters", "threads"});
}

void times(benchmark::internal::Benchmark* b) {
  sizes(b);
  b->UseRealTime();
}

void turns(benchmark::internal::Benchmark* b) {
  sizes(b);
  b->UseManualTime()->Iterations(31);
}

BENCHMARK(step_alone)->Name("linear/step_alone")->Apply(turns);
BENCHMARK(decay_alone)->Name("linear/decay_alone")->Apply(turns);
BENCHMARK(decay_and_step)->Name("linear/decay_and_step")->Apply(turns);
BENCHMARK(decayed_gradient)->Name("linear/decayed_gradient")->Apply(turns);
BENCHMARK(momentum)->Name("linear/momentum")->Apply(turns);
BENCHMARK(nesterov)->Name("linear/nesterov")->Apply(turns);
BENCHMARK(average_and_direction)->Name("linear/average_and_direction")->Apply(turns);
BENCHMARK(momentum_bytes)->Apply(times);
BENCHMARK_CAPTURE(step, SGD_momentum, optim::SGD{.lr = 1e-6, .momentum = 0.9}, 20)->Apply(times);
BENCHMARK_CAPTURE(step, RMSprop, optim::RMSprop{.lr = 1e-6}, 20)->Apply(times);
BENCHMARK(adam_bytes)->Apply(times);
BENCHMARK_CAPTURE(step, Adam, optim::Adam{.lr = 1e-6}, 28)->Apply(times);

// Every rule that works number by number, with the bytes that it reads and writes, beside the bytes
// of Adam at the same size of all arrays together.
void rule_sizes(benchmark::internal::Benchmark* b) {
  b->ArgsProduct({{100'000, 1'000'000, 10'000'000, 50'000'000}, {1, 2}})
      ->ArgNames({"parameters", "threads"})
      ->UseRealTime();
}

BENCHMARK(adam_bytes)->Name("rules/additions/28")->Apply(rule_sizes);
#define GRADUS_RULE(name, bytes, ...)               \
  BENCHMARK_CAPTURE(step, name, __VA_ARGS__, bytes) \
      ->Name("rules/" #name "/" #bytes)             \
      ->Apply(rule_sizes)
GRADUS_RULE(SGD, 12, optim::SGD{.lr = 1e-6});
GRADUS_RULE(SGD_momentum, 20, optim::SGD{.lr = 1e-6, .momentum = 0.9});
GRADUS_RULE(Adagrad, 20, optim::Adagrad{.lr = 1e-6});
GRADUS_RULE(RMSprop, 20, optim::RMSprop{.lr = 1e-6});
GRADUS_RULE(RMSprop_centered, 36, optim::RMSprop{.lr = 1e-6, .momentum = 0.9, .centered = true});
GRADUS_RULE(Adadelta, 28, optim::Adadelta{.lr = 1e-6});
GRADUS_RULE(Adam, 28, optim::Adam{.lr = 1e-6});
GRADUS_RULE(Adam_amsgrad, 36, optim::Adam{.lr = 1e-6, .amsgrad = true});
GRADUS_RULE(AdamW, 28, optim::AdamW{.lr = 1e-6});
GRADUS_RULE(Adamax, 28, optim::Adamax{.lr = 1e-6});
GRADUS_RULE(NAdam, 28, optim::NAdam{.lr = 1e-6});
GRADUS_RULE(RAdam, 28, optim::RAdam{.lr = 1e-6});
GRADUS_RULE(Rprop, 28, optim::Rprop{.lr = 1e-6});
GRADUS_RULE(Lion, 20, optim::Lion{.lr = 1e-6});
#undef GRADUS_RULE

}  // namespace
