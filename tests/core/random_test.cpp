#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "support/naive.h"

namespace gradus {
namespace {

using Four = std::array<std::uint32_t, 4>;

Four philox(const Four& counter, const std::array<std::uint32_t, 2>& key) {
  Four out;
  philox4x32(counter.data(), key.data(), out.data());
  return out;
}

// Known answers of the Random123 distribution, file kat_vectors, "philox4x32 10".
TEST(Philox, gives_the_known_answers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, numbers_are_philox_of_seed_stream_and_position) {
  Rng rng(Rng::State{0x1122334455667788, 0x99aabbccddeeff00, 0});
  for (std::uint32_t block = 0; block < 3; ++block) {
    const Four expected = philox({block, 0, 0xddeeff00, 0x99aabbcc}, {0x55667788, 0x11223344});
    for (const std::uint32_t number : expected) {
      EXPECT_EQ(rng.next_u32(), number);
    }
  }
  Rng far(Rng::State{1, 0, (std::uint64_t{1} << 34) + 1});
  EXPECT_EQ(far.next_u32(), philox({0, 1, 0, 0}, {1, 0})[1]);
}

// The promise that a seed means the same numbers for everyone: these never change.
TEST(Rng, first_numbers_of_seed_1) {
  // From a separate implementation in Python integers; the normal ones from its
  // NormalDist().inv_cdf.
  Rng bits(1);
  for (const std::uint32_t expected :
       {0xe3e80670U, 0xe50a0ebcU, 0x95f222c0U, 0xb615aa27U, 0xac08141bU, 0xdfc5ccbeU}) {
    EXPECT_EQ(bits.next_u32(), expected);
  }
  Rng words(1);
  EXPECT_EQ(words.next_u64(), 0xe50a0ebce3e80670U);
  EXPECT_EQ(words.next_u64(), 0xb615aa2795f222c0U);
  EXPECT_EQ(words.state(), (Rng::State{1, 0, 4}));
  Rng uniform(1);
  for (const double expected : {0.8946847163350924, 0.7112680765766943, 0.8741119351871307}) {
    EXPECT_EQ(uniform.uniform(), expected);
  }
  Rng normal(1);
  for (const double expected : {1.2518334262356448, 0.5570930630842973, 1.1460459748596201}) {
    EXPECT_NEAR(normal.normal(), expected, 4e-16);
  }
  Rng below(1);
  EXPECT_EQ(below.below(1000), Index{0xe50a0ebce3e80670U % 1000});
}

TEST(Rng, a_generator_made_from_a_state_goes_on_exactly) {
  for (int taken = 0; taken < 12; ++taken) {
    Rng rng(42);
    for (int i = 0; i < taken; ++i) {
      rng.next_u32();
    }
    Rng again(rng.state());
    EXPECT_EQ(again.state(), rng.state());
    for (int i = 0; i < 9; ++i) {
      EXPECT_EQ(again.next_u32(), rng.next_u32());
      EXPECT_EQ(again.normal(), rng.normal());
    }
  }
}

TEST(Rng, splits_differ_from_their_parent_and_each_other) {
  Rng parent(3);
  Rng first = parent.split();
  Rng second = parent.split();
  Rng grandchild = first.split();
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    for (Rng* rng : {&parent, &first, &second, &grandchild}) {
      seen.insert(rng->next_u64());
    }
  }
  EXPECT_EQ(seen.size(), 4000U);
  EXPECT_NE(first.state().stream, parent.state().stream);
  Rng parent_again(3);
  EXPECT_EQ(parent_again.split().next_u64(), Rng(3).split().next_u64());
}

TEST(Rng, splits_and_neighbouring_seeds_are_uncorrelated) {
  Rng parent(5);
  for (Rng other : {parent.split(), Rng(6), Rng(5 + (std::uint64_t{1} << 32))}) {
    Rng base(5);
    double sum = 0;
    constexpr int kCount = 100000;
    for (int i = 0; i < kCount; ++i) {
      sum += (base.uniform() - 0.5) * (other.uniform() - 0.5);
    }
    // The mean has standard deviation 1/12/sqrt(n): five of them.
    EXPECT_LT(std::fabs(sum / kCount), 5.0 / 12 / std::sqrt(double(kCount)));
  }
}

// The largest distance between the empirical and the exact distribution function.
template <class F>
double kolmogorov_smirnov(std::vector<double> values, F distribution) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double exact = distribution(values[i]);
    distance = std::max(
        {distance, std::fabs(exact - double(i) / n), std::fabs(exact - double(i + 1) / n)});
  }
  return distance;
}
constexpr int kDraws = 200000;
// Exceeded with probability 2 exp(-2 * 2.3^2) = 5e-5, and the seeds are fixed.
const double kBound = 2.3 / std::sqrt(double(kDraws));

TEST(Rng, uniform_numbers_are_uniform) {
  Rng rng(7);
  std::vector<double> values(kDraws);
  for (double& value : values) {
    value = rng.uniform();
    ASSERT_TRUE(value >= 0 && value < 1);
    ASSERT_EQ(value * 0x1p53, std::floor(value * 0x1p53));
  }
  EXPECT_LT(kolmogorov_smirnov(values, [](double x) { return x; }), kBound);
}

TEST(Rng, normal_numbers_are_normal_to_their_tails) {
  Rng rng(8);
  std::vector<double> values(kDraws);
  for (double& value : values) {
    value = rng.normal();
  }
  EXPECT_LT(kolmogorov_smirnov(values, [](double x) { return std::erfc(-x / std::sqrt(2)) / 2; }),
            kBound);
  std::array<double, 5> moments = {};
  for (const double x : values) {
    for (std::size_t k = 1; k <= 4; ++k) {
      moments[k] += std::pow(x, double(k)) / kDraws;
    }
  }
  // Five standard deviations of each: the k-th moment's is sqrt((m_2k - m_k^2) / n).
  const double unit = 5 / std::sqrt(double(kDraws));
  EXPECT_NEAR(moments[1], 0, unit);
  EXPECT_NEAR(moments[2], 1, std::sqrt(2) * unit);
  EXPECT_NEAR(moments[3], 0, std::sqrt(15) * unit);
  EXPECT_NEAR(moments[4], 3, std::sqrt(96) * unit);
  const auto beyond = [&](double limit) {
    return double(std::count_if(values.begin(), values.end(),
                                [&](double x) { return std::fabs(x) > limit; }));
  };
  for (const double limit : {1.0, 2.0, 3.0, 4.0}) {
    const double expected = kDraws * std::erfc(limit / std::sqrt(2));
    EXPECT_NEAR(beyond(limit), expected, 5 * std::sqrt(expected)) << limit;
  }
}

TEST(Rng, normal_numbers_are_the_quantiles_of_uniform_ones) {
  Rng uniform(9);
  Rng normal(9);
  for (int i = 0; i < 20000; ++i) {
    const long double p = (static_cast<long double>(uniform.next_u64() >> 12) + 0.5L) * 0x1p-52L;
    const double x = normal.normal();
    // A relative error of x in its last few bits moves its tail by at most 1 + x^2 as much.
    const long double tail = std::min(p, 1 - p);
    const long double back =
        std::erfc(std::fabs(static_cast<long double>(x)) / std::sqrt(2.0L)) / 2;
    ASSERT_LT(std::fabs(back - tail), 1e-15L * (1 + x * x) * tail) << x;
    ASSERT_EQ(x < 0, p < 0.5L);
  }
}

TEST(Rng, below_is_unbiased_even_where_the_range_does_not_divide_2_to_the_64) {
  Rng rng(10);
  std::array<int, 7> counts = {};
  for (int i = 0; i < 70000; ++i) {
    ++counts[static_cast<std::size_t>(rng.below(7))];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 10000, 5 * 93);  // sqrt(70000 * 6 / 49)
  }
  // With 3 * 2^61 a plain remainder would fall below 2^62 with probability 3/4 instead of 2/3.
  int low = 0;
  for (int i = 0; i < 30000; ++i) {
    const Index number = rng.below(Index{3} << 61);
    ASSERT_TRUE(number >= 0 && number < Index{3} << 61);
    low += number < Index{1} << 62;
  }
  EXPECT_NEAR(low, 20000, 5 * 82);
  EXPECT_EQ(rng.below(1), 0);
  EXPECT_GE(rng.below(std::numeric_limits<Index>::max()), 0);
}

TEST(Rng, refuses_empty_ranges) {
  Rng rng(1);
  test::expect_error<ValueError>([&] { rng.below(0); }, "Rng::below: n must be at least 1, got 0");
  EXPECT_THROW(rng.below(-1), ValueError);
  EXPECT_THROW(rng.below(std::numeric_limits<Index>::min()), ValueError);
  test::expect_error<ValueError>([&] { rand({1}, rng, 2, 1); },
                                 "rand: low must be at most high, got 2 and 1");
  EXPECT_THROW(rand({1}, rng, 0, std::numeric_limits<double>::quiet_NaN()), ValueError);
  EXPECT_THROW(rand({1}, rng, -1e308, 1e308, f64), ValueError);
  EXPECT_THROW(randn({1}, rng, 0, -1), ValueError);
  EXPECT_THROW(randn({1}, rng, std::numeric_limits<double>::quiet_NaN()), ValueError);
  EXPECT_THROW(randn({1}, rng, 0, std::numeric_limits<double>::infinity()), ValueError);
  EXPECT_THROW(rand({1}, rng, 0, 1, i64), DtypeError);
  EXPECT_THROW(permutation(-1, rng), ShapeError);
  EXPECT_EQ(rng.state(), Rng(1).state());
}

TEST(Rand, stays_below_its_upper_end_in_both_dtypes) {
  Rng rng(11);
  const std::vector<float> narrow = rand({10000}, rng, 1, 1 + 0x1p-22).to_vector();
  EXPECT_EQ(std::set<float>(narrow.begin(), narrow.end()), (std::set<float>{1, 1 + 0x1p-23F}));
  const std::vector<double> doubles = rand({10000}, rng, 1, 1 + 0x1p-51, f64).to_vector<double>();
  EXPECT_EQ(std::set<double>(doubles.begin(), doubles.end()), (std::set<double>{1, 1 + 0x1p-52}));
  EXPECT_EQ(rand({2}, rng, 3, 3).to_vector(), (std::vector<float>{3, 3}));
}

TEST(Rand, takes_one_number_an_element_in_order) {
  Rng rng(12);
  const std::vector<double> values = rand({2, 3}, rng, -2, 6, f64).to_vector<double>();
  Rng again(12);
  for (const double value : values) {
    EXPECT_EQ(value, -2 + 8 * again.uniform());
  }
  const std::vector<float> normal = randn({4}, rng, 10, 2).to_vector();
  for (const float value : normal) {
    EXPECT_EQ(value, static_cast<float>(10 + 2 * again.normal()));
  }
  EXPECT_EQ(rng.state(), again.state());
  EXPECT_EQ(randn({3}, rng, 5, 0).to_vector(), (std::vector<float>{5, 5, 5}));
  EXPECT_EQ(rand({0, 3}, rng).numel(), 0);
}

TEST(Permutation, holds_every_number_once_and_every_order_is_equally_likely) {
  Rng rng(13);
  std::vector<std::int64_t> order = permutation(1000, rng).to_vector<std::int64_t>();
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(order, all);
  std::array<int, 27> counts = {};
  for (int i = 0; i < 24000; ++i) {
    const auto p = permutation(3, rng).to_vector<std::int64_t>();
    ++counts[static_cast<std::size_t>(9 * p[0] + 3 * p[1] + p[2])];
  }
  for (const int place : {5, 7, 11, 15, 19, 21}) {
    EXPECT_NEAR(counts[static_cast<std::size_t>(place)], 4000, 5 * 58);  // sqrt(24000 * 5 / 36)
  }
  EXPECT_EQ(permutation(0, rng).numel(), 0);
  EXPECT_EQ(permutation(1, rng).item(), 0);
}

}  // namespace
}  // namespace gradus
