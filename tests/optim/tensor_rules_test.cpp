// The rules that look at whole tensors, with every pair of options, for tensors of many shapes:
// against long double, and the same bits on every instruction set and number of threads.
#include <gradus/core/cpu.h>
#include <gradus/core/random.h>
#include <gradus/optim/optimizer.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "support/cpu.h"
#include "support/naive.h"
#include "support/rule_bits.h"
#include "support/rule_table.h"
#include "support/sanitizer.h"
#include "support/tensor_rule_reference.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::describe;
using test::Indices;
using test::Real;
using test::reals;
using test::Reals;
using test::ReferenceState;
using test::same_bits;
using test::to_shape;
using test::ulp;

template <class T>
std::vector<T> draw(Index n, std::mt19937& engine, double least) {
  std::normal_distribution<double> normal;
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) {
    const double x = normal(engine);
    value = T(x < 0 ? x - least : x + least);
  }
  return values;
}

const std::vector<Indices> kShapes = {{7, 3}, {3, 7}, {5, 5}, {1, 4},      {1, 1},
                                      {11},   {1},    {},     {2, 3, 2, 2}};

// Calls f with every row of every rule, and every shape that it takes.
template <class F>
void for_each_case(F f) {
  test::for_each_tensor_rule_type([&]<class R>(const R&) {
    for (const R& rule : test::rows<R>()) {
      for (const Indices& shape : kShapes) {
        if constexpr (optim::ChoosesParameters<R>) {
          if (shape.size() < 2 || (shape.size() > 2 && !rule.flatten_filters)) {
            continue;
          }
        }
        f(rule, shape);
      }
    }
  });
}

template <class T, class R>
void reference(const R& rule, const Indices& shape, Reals& p, const Reals& g, ReferenceState& s) {
  if constexpr (std::is_same_v<R, optim::Adafactor>) {
    reference_step(rule, shape, p, g, s, sizeof(T) == sizeof(float));
  } else {
    reference_step(rule, shape, p, g, s);
  }
}

// Muon's polynomial lets small singular values grow by 3.4445 in each of five iterations, 485 times
// in all, and with them the rounding of x, 1.1e-16 of its norm 1: its o is right within about
// 5e-14.
TEST(TensorRules, agree_with_long_double_over_1000_steps) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "a minute of arithmetic that other tests run, too";
  }
  for_each_case([](const auto& rule, const Indices& shape) {
    std::mt19937 engine(1);
    const Index n = test::product(shape);
    const Tensor parameter =
        from_vector(draw<double>(n, engine, 0.5), to_shape(shape)).set_requires_grad();
    Reals p = reals<double>(parameter);
    ReferenceState state;
    optim::Optimizer opt({{"w", parameter}}, rule);
    for (int t = 1; t <= 1000; ++t) {
      const std::vector<double> g = draw<double>(n, engine, 0);
      parameter.set_grad(from_vector(g, to_shape(shape)));
      opt.step();
      reference<double>(rule, shape, p, {g.begin(), g.end()}, state);
      const Reals found = reals<double>(parameter);
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_LE(std::fabs(found[i] - p[i]), 1e-12L * (std::fabs(p[i]) + Real(rule.lr) * t))
            << describe(rule) << " " << to_text(to_shape(shape)) << " at step " << t;
      }
    }
  });
}

// Of one step with products in f32, where what 5e-14 is in f64 is 32 units of the last place of 1;
// o is at most 1.21 in any place.
template <class R>
Real lost_in_products(const R& rule, const Indices& shape) {
  if constexpr (std::is_same_v<R, optim::Muon>) {
    const Real rows = Real(shape[0]);
    const Real columns = Real(test::product(shape)) / rows;
    const Real scale = std::max(std::sqrt(rows / columns), Real(1));
    return rule.double_products ? 0 : Real(rule.lr) * scale * 32 * ulp(0.9);
  } else {
    return 0;
  }
}

// From the same state, rounded to f32, one step is within 4 units in the last place; the parameter
// is drawn anew before each, away from 0.
TEST(TensorRules, of_f32_agree_with_long_double_in_each_single_step) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "half a minute of arithmetic that other tests run, too";
  }
  for_each_case([](const auto& rule, const Indices& shape) {
    std::mt19937 engine(2);
    const Index n = test::product(shape);
    Tensor w = zeros(to_shape(shape)).set_requires_grad();
    optim::Optimizer opt({{"w", w}}, rule);
    auto& entry = opt.groups()[0].entries[0];
    for (int t = 1; t <= 50; ++t) {
      {
        const NoGrad in_place;
        copy(w, from_vector(draw<float>(n, engine, 0.5), to_shape(shape)));
      }
      const Reals before = reals<float>(w);
      ReferenceState state;
      state.t = entry.steps;
      entry.state.fields(entry.state, [&](const char* name, const Tensor& slot) {
        if (slot) {
          state.values[name] = reals<float>(slot);
        }
      });
      test::NamedReals earlier = state.values;
      const std::vector<float> g = draw<float>(n, engine, 0);
      w.set_grad(from_vector(g, to_shape(shape)));
      Reals p = before;
      opt.step();
      reference<float>(rule, shape, p, {g.begin(), g.end()}, state);
      const Reals found = reals<float>(w);
      for (std::size_t i = 0; i < found.size(); ++i) {
        const Real scale = std::max(std::fabs(before[i]), std::fabs(p[i] - before[i]));
        ASSERT_LE(std::fabs(found[i] - p[i]), 4 * ulp(scale) + lost_in_products(rule, shape))
            << describe(rule) << " " << to_text(to_shape(shape)) << " at step " << t;
      }
      entry.state.fields(entry.state, [&](const char* name, const Tensor& slot) {
        ASSERT_EQ(bool(slot), state.has(name)) << describe(rule) << " " << name;
        for (std::size_t i = 0; slot && i < state.values[name].size(); ++i) {
          const Real expected = state.values[name][i];
          // The larger term of a running mean, whose terms may cancel, is no larger than this.
          const Real term = earlier.contains(name) ? std::fabs(earlier[name][i]) : 0;
          ASSERT_LE(std::fabs(reals<float>(slot)[i] - expected),
                    4 * ulp(std::fabs(expected) + term))
              << describe(rule) << " " << name;
        }
      });
    }
  });
}

template <class R>
std::vector<float> run(const R& rule, const Shape& shape) {
  Rng rng(3);
  const Tensor w = randn(shape, rng).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, rule);
  for (int t = 0; t < 3; ++t) {
    w.set_grad(randn(shape, rng));
    opt.step();
  }
  return w.to_vector();
}

TEST(TensorRules, give_the_same_bits_on_every_instruction_set_that_multiplies_in_tiles) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "half a minute of arithmetic that other tests run, too";
  }
  test::for_each_tensor_rule_type([]<class R>(const R&) {
    for (const R& rule : test::rows<R>()) {
      const auto on = [&](Cpu cpu) {
        const test::WithCpu scope(cpu);
        return run(rule, {17, 59});
      };
      const std::vector<Cpu> cpus = test::tiling_cpus();
      const std::vector<float> expected = cpus.empty() ? std::vector<float>() : on(cpus.front());
      for (const Cpu cpu : cpus) {
        EXPECT_TRUE(same_bits(on(cpu), expected)) << describe(rule) << " " << to_text(cpu);
      }
    }
  });
}

TEST(ThreadsTensorRules, give_the_same_bits_for_any_number_of_threads) {
  const auto check = [](const auto& rule) {
    const auto with = [&](int threads) {
      const test::WithThreads scope(threads);
      return run(rule, {203, 499});
    };
    const std::vector<float> one = with(1);
    EXPECT_TRUE(same_bits(with(2), one)) << describe(rule);
    EXPECT_TRUE(same_bits(with(3), one)) << describe(rule);
  };
  check(optim::LARS{.momentum = 0.9, .weight_decay = 0.1, .nesterov = true});
  check(optim::LAMB{});
  check(optim::LAMB{.decoupled_weight_decay = true});
  check(optim::Adafactor{});
  check(optim::Muon{});
}

}  // namespace
}  // namespace gradus
