// Every rule with every pair of options: against long double, and the same bits on every
// instruction set and number of threads.
#include <gradus/core/cpu.h>
#include <gradus/core/random.h>
#include <gradus/optim/linear_update.h>
#include <gradus/optim/optimizer.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "support/cpu.h"
#include "support/rule_reference.h"
#include "support/rule_table.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::describe;
using test::Real;
using test::Reals;
using test::ReferenceState;

constexpr std::size_t kSize = 37;  // not a multiple of any pack

template <class T>
Tensor parameter(std::mt19937& engine) {
  std::uniform_real_distribution<double> size(0.5, 2);
  std::vector<T> values(kSize);
  for (T& value : values) {
    value = T(engine() % 2 ? size(engine) : -size(engine));
  }
  return from_vector(values, {static_cast<Index>(kSize)}).set_requires_grad();
}

template <class T>
Reals draw_gradient(const Tensor& w, std::mt19937& engine) {
  std::normal_distribution<double> normal;
  std::vector<T> g(kSize);
  for (T& value : g) {
    value = T(normal(engine));
  }
  w.set_grad(from_vector(g, w.shape()));
  return {g.begin(), g.end()};
}

template <class T>
Reals reals(const Tensor& x) {
  const std::vector<T> values = x.to_vector<T>();
  return {values.begin(), values.end()};
}

TEST(Rules, agree_with_long_double_over_1000_steps) {
  test::for_each_rule([](const auto& rule) {
    std::mt19937 engine(1);
    const Tensor w = parameter<double>(engine);
    Reals p = reals<double>(w);
    ReferenceState state;
    optim::Optimizer opt({{"w", w}}, rule);
    for (int t = 1; t <= 1000; ++t) {
      const Reals g = draw_gradient<double>(w, engine);
      opt.step();
      reference_step(rule, p, g, state);
      const Reals found = reals<double>(w);
      for (std::size_t i = 0; i < kSize; ++i) {
        ASSERT_LE(std::fabs(found[i] - p[i]), 1e-12L * (std::fabs(p[i]) + Real(rule.lr) * t))
            << describe(rule) << " at step " << t;
      }
    }
  });
}

Real ulp(Real x) {
  const auto f = static_cast<float>(std::fabs(x));
  return std::nextafter(f, std::numeric_limits<float>::infinity()) - f;
}

// The centred variance v - a^2 is a difference of nearly equal numbers now and then.
template <class R>
Real units_allowed(const R& rule) {
  if constexpr (requires { rule.centered; }) {
    return rule.centered ? 16 : 4;
  }
  return 4;
}

// From the same state, rounded to f32, one step is within 4 units in the last place.  The parameter
// is drawn anew before each step, so that it is never near 0, where its units would be smaller than
// the rounding of the terms that make up the step.
TEST(Rules, of_f32_agree_with_long_double_in_each_single_step) {
  test::for_each_rule([](auto rule) {
    rule.lr = 0.1;
    std::mt19937 engine(2);
    const Tensor w = parameter<float>(engine);
    optim::Optimizer opt({{"w", w}}, rule);
    auto& entry = opt.groups()[0].entries[0];
    for (int t = 1; t <= 50; ++t) {
      {
        const NoGrad in_place;
        copy(w, parameter<float>(engine));
      }
      const Reals before = reals<float>(w);
      ReferenceState state;
      state.t = entry.steps;
      entry.state.fields(entry.state, [&](const char* name, const Tensor& slot) {
        if (slot) {
          state.values[name] = reals<float>(slot);
        }
      });
      const Reals g = draw_gradient<float>(w, engine);
      Reals p = before;
      opt.step();
      reference_step(rule, p, g, state);
      const Reals found = reals<float>(w);
      for (std::size_t i = 0; i < kSize; ++i) {
        const Real scale = std::max(std::fabs(before[i]), std::fabs(p[i] - before[i]));
        ASSERT_LE(std::fabs(found[i] - p[i]), units_allowed(rule) * ulp(scale))
            << describe(rule) << " step " << t;
      }
      entry.state.fields(entry.state, [&](const char* name, const Tensor& slot) {
        ASSERT_EQ(bool(slot), state.values.contains(name)) << describe(rule) << " " << name;
        for (std::size_t i = 0; slot && i < kSize; ++i) {
          const Real expected = state.values[name][i];
          // Sums of terms that may cancel: units of the larger term.
          const Real allowed = units_allowed(rule) * ulp(std::max<Real>(std::fabs(expected), 4));
          ASSERT_LE(std::fabs(reals<float>(slot)[i] - expected), allowed)
              << describe(rule) << " " << name;
        }
      });
    }
  });
}

// Runs a rule for some steps on a tensor that is cut into parallel pieces.
template <class R>
std::vector<float> run(const R& rule, Index size) {
  Rng rng(3);
  const Tensor w = randn({size}, rng).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, rule);
  for (int t = 0; t < 3; ++t) {
    w.set_grad(randn({size}, rng));
    opt.step();
  }
  return w.to_vector();
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(Rules, give_the_same_bits_on_every_instruction_set) {
  test::for_each_rule([](const auto& rule) {
    const auto on = [&](Cpu cpu) {
      const test::WithCpu scope(cpu);
      return run(rule, 1003);
    };
    const std::vector<float> expected = on(Cpu::base);
    for (const Cpu cpu : test::all_cpus()) {
      EXPECT_TRUE(same_bits(on(cpu), expected)) << describe(rule) << " " << to_text(cpu);
    }
  });
}

TEST(ThreadsRules, give_the_same_bits_for_any_number_of_threads) {
  const auto check = [](const auto& rule) {
    const auto with = [&](int threads) {
      const test::WithThreads scope(threads);
      return run(rule, 100'003);
    };
    const std::vector<float> one = with(1);
    EXPECT_TRUE(same_bits(with(2), one)) << describe(rule);
    EXPECT_TRUE(same_bits(with(3), one)) << describe(rule);
  };
  check(optim::SGD{.lr = 0.1});
  check(optim::SGD{.lr = 0.1, .momentum = 0.9, .nesterov = true});
  check(optim::SGD{.lr = 0.1, .weight_decay = 0.1});
  check(optim::RMSprop{.weight_decay = 0.1, .momentum = 0.5, .centered = true});
  check(optim::Adam{.weight_decay = 0.1, .amsgrad = true});
}

TEST(LinearUpdate, through_blas_and_fused_agree) {
  Rng rng(4);
  for (const Index size : {Index{0}, Index{1}, Index{37}, Index{100'003}}) {
    const Tensor x = randn({size}, rng);
    const Tensor start = randn({size}, rng);
    Tensor a = start.clone();
    Tensor b = start.clone();
    optim::axpy_blas(-0.3, x, a);
    optim::axpy_fused(-0.3, x, b);
    const std::vector<float> xs = x.to_vector();
    const std::vector<float> ys = start.to_vector();
    const std::vector<float> as = a.to_vector();
    const std::vector<float> bs = b.to_vector();
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const double exact = double(ys[i]) + double(-0.3F) * double(xs[i]);
      // Two roundings: of the product and of the sum.
      const double allowed = 1.2e-7 * (std::fabs(ys[i]) + 0.3 * std::fabs(xs[i]));
      ASSERT_NEAR(as[i], exact, allowed) << i;
      ASSERT_NEAR(bs[i], exact, allowed) << i;
    }
  }
}

TEST(LinearUpdate, refuses_other_shapes_dtypes_and_strides) {
  Tensor y = zeros({4});
  EXPECT_THROW(optim::axpy_blas(1, zeros({3}), y), ShapeError);
  EXPECT_THROW(optim::axpy_blas(1, zeros({4}, f64), y), DtypeError);
  Tensor whole = zeros({4, 4}, i64);
  EXPECT_THROW(optim::axpy_blas(1, zeros({4, 4}, i64), whole), DtypeError);
}

}  // namespace
}  // namespace gradus
