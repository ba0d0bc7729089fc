// The mask of Dropout, drawn by several threads.
#include <gradus/core/parallel.h>
#include <gradus/nn/dropout.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

// One number of 32 bits for each element, in order: what a loop over next_u32() gives.
TEST(ThreadsDropout, draws_a_number_an_element_in_order_on_any_number_of_threads) {
  const int before = num_threads();
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    Rng rng(7);
    Rng same(7);
    nn::Dropout drop(0.25, rng);
    Rng numbers = same.split();
    for (const Index n : {3, 40'001, 1, 32'768, 6, 1025}) {
      const std::vector<double> y = drop(ones({n}, f64)).to_vector<double>();
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double expected = numbers.next_u32() >= 0x40000000U ? 1 / 0.75 : 0;
        ASSERT_EQ(y[i], expected) << threads << " threads, element " << i << " of " << n;
      }
    }
  }
  set_num_threads(before);
}

TEST(Dropout, draws_nothing_for_what_it_refuses) {
  Rng rng(7);
  Rng same(7);
  nn::Dropout drop(0.5, rng);
  nn::Dropout other(0.5, same);
  test::expect_error<DtypeError>(
      [&] { drop(ones({5}, i64)); },
      "Dropout: dtype must be f32 or f64, got i64; convert it with convert(x, f32)");
  EXPECT_EQ(drop(ones({64})).to_vector(), other(ones({64})).to_vector());
}

TEST(RandomBits, are_the_numbers_of_a_generator_from_any_place) {
  const Rng::State start{5, 2, 6};
  for (const Index first : {0, 1, 2, 3, 4, 9}) {
    for (const Index n : {0, 1, 2, 3, 4, 5, 11}) {
      std::vector<std::uint32_t> bits(std::size_t(n) + 1, 99);
      random_bits(start, first, n, bits.data());
      Rng rng(start);
      rng.next_u32();  // a block is at hand when numbers are skipped
      rng.skip(first);
      Rng same(Rng::State{5, 2, 7 + std::uint64_t(first)});
      EXPECT_EQ(rng.next_u32(), same.next_u32());
      Rng plain(start);
      for (Index i = 0; i < first; ++i) {
        plain.next_u32();
      }
      for (Index i = 0; i < n; ++i) {
        EXPECT_EQ(bits[std::size_t(i)], plain.next_u32());
      }
      EXPECT_EQ(bits.back(), 99U);
    }
  }
}

}  // namespace
}  // namespace gradus
