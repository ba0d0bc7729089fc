// Every rule with every pair of options: against long double, and the same bits on every
// instruction set and number of threads.
#include <gradus/core/cpu.h>
#include <gradus/core/random.h>
#include <gradus/optim/optimizer.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "support/cpu.h"
#include "support/rule_bits.h"
#include "support/rule_reference.h"
#include "support/rule_table.h"
#include "support/sanitizer.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::describe;
using test::Real;
using test::reals;
using test::Reals;
using test::ReferenceState;
using test::same_bits;
using test::ulp;

TEST(RuleTable, has_at_least_two_values_of_every_option) {
  test::for_each_rule_type([]<class R>(const R& rule) {
    std::set<std::string> listed;
    for (const auto& [option, values] : test::values_of(rule)) {
      EXPECT_GE(std::set(values.begin(), values.end()).size(), 2u) << R::name << " " << option;
      listed.insert(option);
    }
    const std::vector<std::string> names = optim::option_names<R>();
    EXPECT_EQ(listed, std::set(names.begin(), names.end())) << R::name;
  });
}

// Which two values cannot stand together, said apart from check().
bool excluded(std::string_view rule, const std::string& a, double x, const std::string& b,
              double y) {
  const auto is = [&](const char* option, double value) {
    return (a == option && x == value) || (b == option && y == value);
  };
  return (rule == "SGD" || rule == "LARS") && is("nesterov", 1) &&
         (is("momentum", 0) || is("dampening", 0.3));
}

TEST(RuleTable, has_every_pair_of_values_in_a_row) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "half a minute of arithmetic that other tests run, too";
  }
  test::for_each_rule_type([]<class R>(const R& rule) {
    std::set<std::tuple<std::string, double, std::string, double>> present;
    for (const R& row : test::rows<R>()) {
      R::fields(row, [&](const std::string& a, const auto& x) {
        R::fields(row, [&](const std::string& b, const auto& y) {
          present.emplace(a, double(x), b, double(y));
        });
      });
    }
    const test::Values values = test::values_of(rule);
    for (const auto& [a, xs] : values) {
      for (const auto& [b, ys] : values) {
        for (std::size_t k = 0; a != b && k < xs.size() * ys.size(); ++k) {
          const double x = xs[k / ys.size()], y = ys[k % ys.size()];
          EXPECT_EQ(present.contains({a, x, b, y}), !excluded(R::name, a, x, b, y))
              << R::name << " " << a << "=" << x << " " << b << "=" << y;
        }
      }
    }
  });
}

constexpr std::size_t kSize = 37;  // not a multiple of any pack

template <class T>
T draw(double from, double to, std::mt19937& engine) {
  const double size = std::uniform_real_distribution<double>(from, to)(engine);
  return T(engine() % 2 ? size : -size);
}

template <class T>
Tensor parameter(std::mt19937& engine) {
  std::vector<T> values(kSize);
  for (T& value : values) {
    value = draw<T>(0.5, 2, engine);
  }
  return from_vector(values, {static_cast<Index>(kSize)}).set_requires_grad();
}

// Away from 0, and from where the rule's formula jumps.
template <class T, class R>
Reals draw_gradient(const R& rule, const Tensor& w, const Reals& p, ReferenceState& state,
                    std::mt19937& engine) {
  std::vector<T> g(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    do {
      g[i] = draw<T>(0.2, 2.5, engine);
    } while (near_edge(rule, p[i], g[i], state, i, kSize));
  }
  w.set_grad(from_vector(g, w.shape()));
  return {g.begin(), g.end()};
}

TEST(Rules, agree_with_long_double_over_1000_steps) {
  test::for_each_rule([](const auto& rule) {
    std::mt19937 engine(1);
    const Tensor w = parameter<double>(engine);
    Reals p = reals<double>(w);
    ReferenceState state;
    optim::Optimizer opt({{"w", w}}, rule);
    for (int t = 1; t <= 1000; ++t) {
      const Reals g = draw_gradient<double>(rule, w, p, state, engine);
      opt.step();
      reference_step(rule, p, g, state);
      const std::vector<double> found = w.to_vector<double>();
      for (std::size_t i = 0; i < kSize; ++i) {
        ASSERT_LE(std::fabs(found[i] - p[i]), 1e-12L * (std::fabs(p[i]) + Real(rule.lr) * t))
            << describe(rule) << " at step " << t;
      }
    }
  });
}

// The state as the rule holds it, in long double; numbers as one-element lists.
template <class S>
test::NamedReals state_of(const S& state) {
  test::NamedReals all;
  S::fields(state, [&](const char* name, const auto& slot) {
    if constexpr (std::is_same_v<std::decay_t<decltype(slot)>, Tensor>) {
      if (slot) {
        all[name] = reals<float>(slot);
      }
    } else {
      all[name] = {Real(slot)};
    }
  });
  return all;
}

void expect_close(const test::NamedReals& found, const test::NamedReals& expected,
                  const test::NamedReals& before, const std::string& note) {
  ASSERT_EQ(found.size(), expected.size()) << note;
  for (const auto& [name, values] : found) {
    ASSERT_TRUE(expected.contains(name)) << note << " " << name;
    const Reals& wanted = expected.at(name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      // The larger term of a running mean, whose terms may cancel, is no larger than this.
      const Real term = before.contains(name) ? std::fabs(before.at(name)[i]) : 0;
      ASSERT_LE(std::fabs(values[i] - wanted[i]), 4 * ulp(std::fabs(wanted[i]) + term))
          << note << " " << name;
    }
  }
}

// From the same state, rounded to f32, one step is within 4 units in the last place of the larger
// of parameter and step.  The parameter is drawn anew before each step, so that it is never near 0,
// where its units would be smaller than the rounding of the terms that make up the step.  Here
// every combination of the options' values is tried.
TEST(Rules, of_f32_agree_with_long_double_in_each_single_step) {
  test::for_each_combination([](const auto& rule) {
    std::mt19937 engine(2);
    const Tensor w = parameter<float>(engine);
    optim::Optimizer opt({{"w", w}}, rule);
    auto& entry = opt.groups()[0].entries[0];
    for (int t = 1; t <= (test::kAddressSanitizer ? 10 : 50); ++t) {
      {
        const NoGrad in_place;
        copy(w, parameter<float>(engine));
      }
      const std::string note = describe(rule) + " step " + std::to_string(t);
      const Reals before = reals<float>(w);
      const test::NamedReals state_before = state_of(entry.state);
      ReferenceState state{entry.steps, state_before};
      const Reals g = draw_gradient<float>(rule, w, before, state, engine);
      Reals p = before;
      opt.step();
      reference_step(rule, p, g, state);
      const Reals found = reals<float>(w);
      for (std::size_t i = 0; i < kSize; ++i) {
        const Real scale = std::max(std::fabs(before[i]), std::fabs(p[i] - before[i]));
        ASSERT_LE(std::fabs(found[i] - p[i]), 4 * ulp(scale)) << note;
      }
      expect_close(state_of(entry.state), state.values, state_before, note);
    }
  });
}

// The parameter and its state after some steps on a tensor that is cut into parallel pieces.
template <class R>
std::vector<float> run(const R& rule, Index size) {
  Rng rng(3);
  const Tensor w = randn({size}, rng).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, rule);
  for (int t = 0; t < 3; ++t) {
    w.set_grad(randn({size}, rng));
    opt.step();
  }
  std::vector<float> all = w.to_vector();
  R::State::fields(opt.groups()[0].entries[0].state, [&](const char*, const auto& slot) {
    if constexpr (std::is_same_v<std::decay_t<decltype(slot)>, Tensor>) {
      const std::vector<float> values = slot ? slot.to_vector() : std::vector<float>();
      all.insert(all.end(), values.begin(), values.end());
    }
  });
  return all;
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
  test::for_each_element_rule_type([]<class R>(const R&) {
    for (std::size_t i = 0; i < 3; ++i) {
      const R& rule = test::rows<R>().at(i);
      const auto with = [&](int threads) {
        const test::WithThreads scope(threads);
        return run(rule, 100'003);
      };
      const std::vector<float> one = with(1);
      EXPECT_TRUE(same_bits(with(2), one)) << describe(rule);
      EXPECT_TRUE(same_bits(with(3), one)) << describe(rule);
    }
  });
}

}  // namespace
}  // namespace gradus
