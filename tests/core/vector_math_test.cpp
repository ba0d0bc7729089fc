#include <gradus/core/elementwise.h>
#include <gradus/core/vector_math.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "support/cpu.h"
#include "support/limits.h"

namespace gradus {
namespace {

using test::kFloatInf;
using test::kFloatNan;

template <class T, class F>
std::vector<T> map(const std::vector<T>& x, F formula) {
  std::vector<T> y(x.size());
  core::run_elements<T>(static_cast<Index>(x.size()), formula, y.data(), x.data());
  return y;
}
constexpr auto kExp = [](auto& y, auto x) { y = exp(x); };

std::vector<float> exp_of(const std::vector<float>& x) { return map(x, kExp); }

// Floats all over the range, by their bits: every sign and exponent.
std::vector<float> sweep(float low, float high) {
  std::vector<float> all;
  for (std::uint64_t bits = 0; bits < 0xff800000; bits += 2503) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (x >= low && x <= high) {
      all.push_back(x);
    }
  }
  return all;
}

TEST(VectorMath, f32_exp_is_within_1_and_a_tenth_ulp_where_the_result_is_normal) {
  std::vector<float> x = sweep(-87.3F, 88.7F);
  x.push_back(48.1748466F);  // the worst of every seventh float: 1.023
  ASSERT_GT(x.size(), 800000U);
  const std::vector<float> y = exp_of(x);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double exact = std::exp(static_cast<long double>(x[i]));
    const double ulp = std::ldexp(1.0, std::ilogb(exact) - 23);
    const auto error = static_cast<double>(std::fabs(y[i] - exact));
    worst = std::max(worst, error / ulp);
  }
  EXPECT_LT(worst, 1.1);
  RecordProperty("worst_ulp", std::to_string(worst));
}

TEST(VectorMath, f32_exp_below_the_normal_numbers_is_within_one_subnormal_step) {
  const std::vector<float> x = sweep(-110, -87.3F);
  const std::vector<float> y = exp_of(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = std::exp(double(x[i]));
    ASSERT_NEAR(y[i], exact, 0x1p-149 + exact * 0x1p-22) << x[i];
  }
}

TEST(VectorMath, f32_exp_at_its_edges) {
  const float last = 88.7228317F;  // the largest float whose exponential is finite
  const float first = std::nextafter(last, kFloatInf);
  EXPECT_EQ(
      exp_of({0, -0.0F, kFloatInf, -kFloatInf, 89, 1e30F, 3.4e38F, -105, -1e30F, first}),
      (std::vector<float>{1, 1, kFloatInf, 0, kFloatInf, kFloatInf, kFloatInf, 0, 0, kFloatInf}));
  EXPECT_NEAR(exp_of({last})[0], std::exp(double(last)), 2e31);
  for (const float y : exp_of({kFloatNan, -kFloatNan})) {
    EXPECT_TRUE(std::isnan(y));
  }
  EXPECT_EQ(exp_of({std::numeric_limits<float>::denorm_min(), -1e-30F}),
            (std::vector<float>{1, 1}));
}

TEST(VectorMath, f32_exp_is_the_same_bits_at_every_width) {
  std::vector<float> x = sweep(-120, 100);
  x.insert(x.end(), {kFloatInf, -kFloatInf, 1e35F, -1e35F});
  std::vector<float> plain(x.size());
  core::run_plain<float>(static_cast<Index>(x.size()), kExp, plain.data(), std::as_const(x).data());
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu active(cpu);
    EXPECT_TRUE(exp_of(x) == plain) << to_text(cpu);
  }
}

// The largest distance of f32 values from exact ones, in units of the exact value's last place.
template <class F, class G>
double worst_ulp(const std::vector<float>& x, F formula, G exact_of) {
  const std::vector<float> y = map(x, formula);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = exact_of(double(x[i]));
    const double ulp = std::ldexp(1.0, std::max(std::ilogb(exact), -126) - 23);
    worst = std::max(worst, std::fabs(double(y[i]) - exact) / ulp);
  }
  return worst;
}
constexpr auto kTanh = [](auto& y, auto x) { y = tanh(x); };
constexpr auto kErf = [](auto& y, auto x) { y = erf(x); };

TEST(VectorMath, f32_tanh_and_erf_are_within_2_ulp) {
  std::vector<float> x = sweep(-1000, 1000);
  for (float a = -5; a < 5; a += 1e-5F) {
    x.push_back(a);
  }
  EXPECT_LT(worst_ulp(x, kTanh, [](double a) { return std::tanh(a); }), 2);
  EXPECT_LT(worst_ulp(x, kErf, [](double a) { return std::erf(a); }), 2);
}

TEST(VectorMath, f32_tanh_and_erf_at_their_edges) {
  const std::vector<float> x = {0, kFloatInf, -kFloatInf, 3.4e38F, -3.4e38F, 1e20F, 12, -12};
  const std::vector<float> expected = {0, 1, -1, 1, -1, 1, 1, -1};
  EXPECT_EQ(map(x, kTanh), expected);
  EXPECT_EQ(map(x, kErf), expected);
  EXPECT_TRUE(std::signbit(map(std::vector<float>{-0.0F}, kTanh)[0]));
  EXPECT_TRUE(std::signbit(map(std::vector<float>{-0.0F}, kErf)[0]));
  EXPECT_TRUE(std::isnan(map(std::vector<float>{kFloatNan}, kTanh)[0]));
  EXPECT_TRUE(std::isnan(map(std::vector<float>{kFloatNan}, kErf)[0]));
}

TEST(VectorMath, f32_tanh_and_erf_are_the_same_bits_at_every_width) {
  const std::vector<float> x = sweep(-1000, 1000);
  const auto check = [&](auto formula) {
    std::vector<float> plain(x.size());
    core::run_plain<float>(static_cast<Index>(x.size()), formula, plain.data(), x.data());
    for (const Cpu cpu : test::all_cpus()) {
      const test::WithCpu active(cpu);
      EXPECT_TRUE(map(x, formula) == plain) << to_text(cpu);
    }
  };
  check(kTanh);
  check(kErf);
}

TEST(VectorMath, sigmoid_has_no_overflow_and_keeps_small_values) {
  const auto sigmoid_of = [](const auto& x) {
    return map(x, [](auto& y, auto a) { y = sigmoid(a); });
  };
  EXPECT_EQ(sigmoid_of(std::vector<float>{0, 200, -200, 3.4e38F, -3.4e38F, kFloatInf, -kFloatInf}),
            (std::vector<float>{0.5, 1, 0, 1, 0, 1, 0}));
  EXPECT_TRUE(std::isnan(sigmoid_of(std::vector<float>{kFloatNan})[0]));
  EXPECT_EQ(sigmoid_of(std::vector<double>{0, 800, -800}), (std::vector<double>{0.5, 1, 0}));
  for (const float x : {-80.0F, -30.0F, -5.0F, -0.5F, 0.5F, 5.0F, 30.0F}) {
    const double exact = 1 / (1 + std::exp(-double(x)));
    EXPECT_NEAR(sigmoid_of(std::vector<float>{x})[0], exact, 3e-7 * exact) << x;
    EXPECT_NEAR(sigmoid_of(std::vector<double>{x})[0], exact, 1e-15 * exact) << x;
  }
}

// One after the other they call the C library, so its numbers are exact expectations.
template <class T>
class VectorMathOf : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(VectorMathOf, Scalars);

TYPED_TEST(VectorMathOf, library_functions_are_called_lane_by_lane_at_every_width) {
  using T = TypeParam;
  const std::vector<T> x = {T(0.5),
                            1,
                            2,
                            T(1e-30),
                            T(1e30),
                            3,
                            T(0.1),
                            7,
                            11,
                            13,
                            0,
                            -1,
                            std::numeric_limits<T>::infinity(),
                            T(-0.5),
                            4,
                            5,
                            6};
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu active(cpu);
    const auto check = [&](auto formula, auto oracle) {
      const std::vector<T> y = map(x, formula);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const T exact = oracle(x[i]);
        EXPECT_TRUE(y[i] == exact || (std::isnan(y[i]) && std::isnan(exact)))
            << to_text(cpu) << ' ' << x[i] << ' ' << y[i] << ' ' << exact;
      }
    };
    check([](auto& y, auto a) { y = log(a); }, [](T a) { return std::log(a); });
    check([](auto& y, auto a) { y = log1p(a); }, [](T a) { return std::log1p(a); });
    check([](auto& y, auto a) { y = expm1(a); }, [](T a) { return std::expm1(a); });
    check([](auto& y, auto a) { y = sin(a); }, [](T a) { return std::sin(a); });
    check([](auto& y, auto a) { y = cos(a); }, [](T a) { return std::cos(a); });
    check([](auto& y, auto a) { y = pow(a, 2.5); }, [](T a) { return std::pow(a, T(2.5)); });
    check([](auto& y, auto a) { y = pow(a, 0.1); }, [](T a) { return std::pow(a, T(0.1)); });
    check([](auto& y, auto a) { y = pow(a, 0.5 * a); },
          [](T a) { return std::pow(a, T(0.5) * a); });
    if (sizeof(T) == 8) {
      check([](auto& y, auto a) { y = exp(a); }, [](T a) { return std::exp(a); });
      check([](auto& y, auto a) { y = tanh(a); }, [](T a) { return std::tanh(a); });
      check([](auto& y, auto a) { y = erf(a); }, [](T a) { return std::erf(a); });
    }
  }
}

}  // namespace
}  // namespace gradus
