#include <gradus/core/elementwise.h>
#include <gradus/core/pack.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "support/cpu.h"

namespace gradus {
namespace {

template <class T>
class Packs : public testing::Test {
 public:
  using Limits = std::numeric_limits<T>;

  // Every kind of number, at a prime count, so that the last pack is never full.
  static std::vector<T> specials() {
    std::vector<T> all = {0,
                          1,
                          T(1.5),
                          3,
                          T(0.1),
                          Limits::min(),
                          Limits::denorm_min(),
                          Limits::min() / 3,
                          Limits::max(),
                          Limits::infinity(),
                          Limits::quiet_NaN(),
                          1 + Limits::epsilon(),
                          T(1e20),
                          T(1e-20)};
    const std::size_t half = all.size();
    for (std::size_t i = 0; i < half; ++i) {
      all.push_back(-all[i]);
    }
    all.push_back(2);
    return all;
  }

  // formula(r, a, b) of every pair of special numbers, at every width, against oracle(a, b).
  template <class F, class G>
  static void check(F formula, G oracle) {
    std::vector<T> a;
    std::vector<T> b;
    std::vector<T> expected;
    for (const T x : specials()) {
      for (const T y : specials()) {
        a.push_back(x);
        b.push_back(y);
        expected.push_back(oracle(x, y));
      }
    }
    const auto n = static_cast<Index>(a.size());
    const auto compare = [&](const std::vector<T>& found, const char* width) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(expected[i])) {
          ASSERT_TRUE(std::isnan(found[i])) << width << ": of " << a[i] << " and " << b[i];
        } else {
          ASSERT_EQ(bits(found[i]), bits(expected[i]))
              << width << ": of " << a[i] << " and " << b[i] << ": " << found[i] << " instead of "
              << expected[i];
        }
      }
    };
    std::vector<T> found(a.size());
    core::run_plain<T>(n, formula, found.data(), std::as_const(a).data(), std::as_const(b).data());
    compare(found, "plain");
    for (const Cpu cpu : test::all_cpus()) {
      const test::WithCpu active(cpu);
      found.assign(a.size(), T(7));
      core::run_elements<T>(n, formula, found.data(), std::as_const(a).data(),
                            std::as_const(b).data());
      compare(found, to_text(cpu));
    }
  }

 private:
  static auto bits(T x) {
    if constexpr (sizeof(T) == 4) {
      return std::bit_cast<std::uint32_t>(x);
    } else {
      return std::bit_cast<std::uint64_t>(x);
    }
  }
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Packs, Scalars);

TYPED_TEST(Packs, arithmetic_is_that_of_single_numbers) {
  using T = TypeParam;
  this->check([](auto& r, auto a, auto b) { r = a + b; }, [](T a, T b) { return a + b; });
  this->check([](auto& r, auto a, auto b) { r = a - b; }, [](T a, T b) { return a - b; });
  this->check([](auto& r, auto a, auto b) { r = a * b; }, [](T a, T b) { return a * b; });
  this->check([](auto& r, auto a, auto b) { r = a / b; }, [](T a, T b) { return a / b; });
  this->check([](auto& r, auto a, auto) { r = -a; }, [](T a, T) { return -a; });
  this->check(
      [](auto& r, auto a, auto b) {
        r = a;
        r += b;
        r *= a;
        r -= b;
        r /= 3.0;
      },
      [](T a, T b) {
        T r = a + b;
        r = r * a;
        r = r - b;
        return r / 3;
      });
}

TYPED_TEST(Packs, comparisons_choose_lane_by_lane_and_are_false_for_nan) {
  using T = TypeParam;
  this->check([](auto& r, auto a, auto b) { r = where(a < b, a, b); },
              [](T a, T b) { return a < b ? a : b; });
  this->check([](auto& r, auto a, auto b) { r = where(a > b, a, b); },
              [](T a, T b) { return a > b ? a : b; });
  this->check([](auto& r, auto a, auto b) { r = where(a <= b, a, -b); },
              [](T a, T b) { return a <= b ? a : -b; });
  this->check([](auto& r, auto a, auto b) { r = where(a >= b, a, -b); },
              [](T a, T b) { return a >= b ? a : -b; });
  using P = Pack<T, sizeof(T)>;
  EXPECT_EQ(sizeof(P), sizeof(T));
  this->check(
      [](auto& r, auto a, auto b) {
        using S = decltype(a);
        r = where(a == b, S(1), S(0)) + where(a != b, S(2), S(0));
      },
      [](T a, T b) { return T(a == b ? 1 : 0) + T(a != b ? 2 : 0); });
  this->check(
      [](auto& r, auto a, auto b) {
        using S = decltype(a);
        r = where(a > S(0) && b > S(0), S(1), where(a < S(-1) || b < S(-1), S(2), S(3)));
      },
      [](T a, T b) { return a > 0 && b > 0     ? T(1)
                            : a < -1 || b < -1 ? T(2)
                                               : T(3); });
}

TYPED_TEST(Packs, max_and_min_are_nan_if_either_is) {
  using T = TypeParam;
  // Of zeros of both signs the second is taken: neither is larger.
  this->check([](auto& r, auto a, auto b) { r = max(a, b); },
              [](T a, T b) { return std::isnan(a) || std::isnan(b) ? a + b
                                    : a > b                        ? a
                                                                   : b; });
  this->check([](auto& r, auto a, auto b) { r = min(a, b); },
              [](T a, T b) { return std::isnan(a) || std::isnan(b) ? a + b
                                    : a < b                        ? a
                                                                   : b; });
}

TYPED_TEST(Packs, max_and_min_take_a_plain_number_on_either_side) {
  using T = TypeParam;
  const auto larger = [](T a, T b) {
    return std::isnan(a) || std::isnan(b) ? a + b : a > b ? a : b;
  };
  const auto smaller = [](T a, T b) {
    return std::isnan(a) || std::isnan(b) ? a + b : a < b ? a : b;
  };
  this->check([](auto& r, auto a, auto) { r = max(a, 0.0); }, [&](T a, T) { return larger(a, 0); });
  this->check([](auto& r, auto a, auto) { r = max(0.1, a); },
              [&](T a, T) { return larger(T(0.1), a); });
  this->check([](auto& r, auto a, auto) { r = min(a, 0.1); },
              [&](T a, T) { return smaller(a, T(0.1)); });
  this->check([](auto& r, auto a, auto) { r = min(0.0, a); },
              [&](T a, T) { return smaller(0, a); });
  this->check([](auto& r, auto a, auto b) { r = max(a - b, 0.0) + min(1.0, max(b, a * 0.5)); },
              [&](T a, T b) { return larger(a - b, 0) + smaller(1, larger(b, a * T(0.5))); });
}

TYPED_TEST(Packs, abs_and_sign_keep_to_ieee_at_zeros_subnormals_and_nan) {
  using T = TypeParam;
  this->check([](auto& r, auto a, auto) { r = abs(a); }, [](T a, T) { return std::fabs(a); });
  this->check([](auto& r, auto a, auto) { r = sign(a); },
              [](T a, T) { return a > 0   ? T(1)
                                  : a < 0 ? T(-1)
                                          : a; });
  this->check([](auto& r, auto a, auto b) { r = sign(a) * abs(b); },
              [](T a, T b) {
                return (a > 0 ? T(1) : a < 0 ? T(-1) : a) * std::fabs(b);
              });
}

TYPED_TEST(Packs, sqrt_is_the_correctly_rounded_root) {
  using T = TypeParam;
  this->check([](auto& r, auto a, auto) { r = sqrt(a); }, [](T a, T) { return std::sqrt(a); });
  this->check([](auto& r, auto a, auto b) { r = a / (sqrt(abs(b)) + 1e-8); },
              [](T a, T b) { return a / (std::sqrt(std::fabs(b)) + T(1e-8)); });
}

TYPED_TEST(Packs, map_lanes_calls_the_function_for_every_lane) {
  using T = TypeParam;
  this->check([](auto& r, auto a, auto) { r = map_lanes(a, [](T x) { return std::floor(x); }); },
              [](T a, T) { return std::floor(a); });
}

TYPED_TEST(Packs, constants_are_rounded_to_the_element_type_once) {
  using T = TypeParam;
  this->check([](auto& r, auto a, auto) { r = 0.1 + a * 0.0; },
              [](T a, T) { return T(0.1) + a * T(0.0); });
  this->check([](auto& r, auto, auto) { r = -0.0; }, [](T, T) { return T(-0.0); });
}

// a * a is 1 + 2^-11 + 2^-24, whose last part is lost when the product is rounded; fused with the
// subtraction it would survive.
TYPED_TEST(Packs, products_are_rounded_before_they_are_added) {
  using T = TypeParam;
  constexpr int kHalf = std::numeric_limits<T>::digits / 2 + std::numeric_limits<T>::digits % 2;
  const T a = 1 + std::ldexp(T(1), -kHalf);
  const T square = 1 + std::ldexp(T(1), 1 - kHalf);
  ASSERT_NE(std::fma(a, a, -square), T(0));
  const std::vector<T> x(37, a);
  const std::vector<T> c(37, square);
  std::vector<T> difference(37);
  std::vector<T> sum(37);
  std::vector<T> negative(37);
  const auto formula = [](auto& d, auto& s, auto& n, auto p, auto q) {
    d = p * p - q;
    s = p * p;
    s -= q;
    n = q - p * p;
  };
  const auto run = [&](auto&& runner) {
    for (std::vector<T>* out : {&difference, &sum, &negative}) {
      out->assign(37, T(7));
    }
    runner(Index{37}, formula, difference.data(), sum.data(), negative.data(), x.data(), c.data());
    for (const std::vector<T>* out : {&difference, &sum, &negative}) {
      EXPECT_EQ(*out, std::vector<T>(37, 0));
    }
  };
  run([](Index n, auto f, auto... at) { core::run_plain<T>(n, f, at...); });
  for (const Cpu cpu : test::all_cpus()) {
    SCOPED_TRACE(to_text(cpu));
    const test::WithCpu active(cpu);
    run([](Index n, auto f, auto... at) { core::run_elements<T>(n, f, at...); });
  }
}

}  // namespace
}  // namespace gradus
