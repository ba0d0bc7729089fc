#include <gradus/core/blas.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "support/emulator.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using blas::Form;

template <class T>
std::vector<T> numbers(Index n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) {
    value = static_cast<T>((double(random() % 2001) - 1000) / 1000);
  }
  return values;
}

template <class T>
class Gemm : public testing::Test {
 public:
  struct Case {
    Form form_a, form_b;
    Index m, n, k;
    double alpha = 1, beta = 0;
    Index gap = 0;  // unused elements at the end of each row
  };

  static void check(const Case& c) {
    const bool ta = c.form_a == Form::transposed;
    const bool tb = c.form_b == Form::transposed;
    const Index lda = std::max<Index>(ta ? c.m : c.k, 1) + c.gap;
    const Index ldb = std::max<Index>(tb ? c.k : c.n, 1) + c.gap;
    const Index ldc = std::max<Index>(c.n, 1) + c.gap;
    const auto a = numbers<T>((ta ? c.k : c.m) * lda, 1);
    const auto b = numbers<T>((tb ? c.n : c.k) * ldb, 2);
    auto found = numbers<T>(c.m * ldc, 3);
    const auto before = found;
    blas::gemm<T>(c.form_a, c.form_b, c.m, c.n, c.k, T(c.alpha), a.data(), lda, b.data(), ldb,
                  T(c.beta), found.data(), ldc);
    const auto at = [](const std::vector<T>& x, Index i) {
      return double(x[static_cast<std::size_t>(i)]);
    };
    // Each of k + 1 rounded sums of numbers up to k can err by one part in 2^24 or 2^53.
    const double tolerance = double(c.k + 2) * double(c.k + 2) * std::numeric_limits<T>::epsilon();
    for (Index i = 0; i < c.m; ++i) {
      for (Index j = 0; j < ldc; ++j) {
        double sum = 0;
        for (Index l = 0; l < c.k && j < c.n; ++l) {
          sum += at(a, ta ? l * lda + i : i * lda + l) * at(b, tb ? j * ldb + l : l * ldb + j);
        }
        const double old = at(before, i * ldc + j);
        const double expected = j >= c.n      ? old
                                : c.beta == 0 ? c.alpha * sum
                                              : c.alpha * sum + c.beta * old;
        ASSERT_NEAR(at(found, i * ldc + j), expected, j < c.n ? tolerance : 0)
            << "forms " << ta << tb << " m " << c.m << " n " << c.n << " k " << c.k << " at " << i
            << ", " << j;
      }
    }
  }

  template <class F>
  static void for_all_forms(F f) {
    for (const Form form_a : {Form::plain, Form::transposed}) {
      for (const Form form_b : {Form::plain, Form::transposed}) {
        f(form_a, form_b);
      }
    }
  }
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Gemm, Scalars);

TYPED_TEST(Gemm, all_forms_and_odd_sizes_give_the_plain_sums) {
  this->for_all_forms([](Form a, Form b) {
    for (const Index m : {1, 7, 8, 17}) {
      for (const Index n : {1, 7, 10, 15, 31}) {
        for (const Index k : {1, 2, 33}) {
          TestFixture::check({a, b, m, n, k});
          TestFixture::check({a, b, m, n, k, 0.5, 2, 3});
          TestFixture::check({a, b, m, n, k, -1, 1, 1});
        }
      }
    }
  });
}

TYPED_TEST(Gemm, products_that_are_cut_into_tiles_give_the_plain_sums) {
  this->for_all_forms([](Form a, Form b) {
    TestFixture::check({a, b, 64, 401, 301, 1, 1, 2});
    TestFixture::check({a, b, 301, 501, 64, -0.5, 2, 2});
    TestFixture::check({a, b, 401, 63, 300});
  });
}

TYPED_TEST(Gemm, with_beta_0_nothing_of_c_is_read) {
  using T = TypeParam;
  this->for_all_forms([](Form form_a, Form form_b) {
    for (const Index n : {1, 3, 20, 300}) {
      for (const T alpha : {T(1), T(2)}) {
        const std::vector<T> a(static_cast<std::size_t>(n * n), 1);
        std::vector<T> c(static_cast<std::size_t>(n * n), std::numeric_limits<T>::quiet_NaN());
        blas::gemm<T>(form_a, form_b, n, n, n, alpha, a.data(), n, a.data(), n, 0, c.data(), n);
        EXPECT_EQ(c, std::vector<T>(c.size(), alpha * static_cast<T>(n)));
      }
    }
  });
}

TYPED_TEST(Gemm, with_empty_k_c_becomes_beta_c) {
  using T = TypeParam;
  this->for_all_forms([](Form a, Form b) {
    const T none = 0;
    std::vector<T> c(6, 3);
    blas::gemm<T>(a, b, 2, 3, 0, 1, &none, 3, &none, 3, 2, c.data(), 3);
    EXPECT_EQ(c, std::vector<T>(6, 6));
    c.assign(6, std::numeric_limits<T>::quiet_NaN());
    blas::gemm<T>(a, b, 2, 3, 0, 1, &none, 3, &none, 3, 0, c.data(), 3);
    EXPECT_EQ(c, std::vector<T>(6, 0));
  });
}

TYPED_TEST(Gemm, empty_m_or_n_touch_nothing) {
  using T = TypeParam;
  T c = 5;
  const T one = 1;
  blas::gemm<T>(Form::plain, Form::plain, 0, 4, 4, 1, &one, 4, &one, 4, 0, &c, 4);
  blas::gemm<T>(Form::plain, Form::plain, 4, 0, 4, 1, &one, 4, &one, 1, 0, &c, 1);
  EXPECT_EQ(c, 5);
}

TYPED_TEST(Gemm, nan_in_an_operand_reaches_its_row_alone) {
  using T = TypeParam;
  for (const Index n : {2, 10}) {
    std::vector<T> a(static_cast<std::size_t>(9 * 4), 1);
    a[5] = std::numeric_limits<T>::quiet_NaN();
    const std::vector<T> b(static_cast<std::size_t>(4 * n), 1);
    std::vector<T> c(static_cast<std::size_t>(9 * n));
    blas::gemm<T>(Form::plain, Form::plain, 9, n, 4, 1, a.data(), 4, b.data(), n, 0, c.data(), n);
    for (Index i = 0; i < 9 * n; ++i) {
      const T found = c[static_cast<std::size_t>(i)];
      EXPECT_TRUE(i / n == 1 ? std::isnan(found) : found == 4) << i;
    }
  }
}

TYPED_TEST(Gemm, sizes_beyond_31_bits_are_refused) {
  using T = TypeParam;
  const Index huge = Index{1} << 31;
  T x = 0;
  EXPECT_THROW(blas::gemm<T>(Form::plain, Form::plain, 1, 1, huge, 1, &x, huge, &x, 1, 0, &x, 1),
               ShapeError);
  EXPECT_THROW(blas::axpy<T>(huge, 1, &x, &x), ShapeError);
}

// Threads in the name of the suite: these run under ThreadSanitizer.
template <class T>
using ThreadsGemm = Gemm<T>;
TYPED_TEST_SUITE(ThreadsGemm, Scalars);

TYPED_TEST(ThreadsGemm, bits_do_not_depend_on_the_number_of_threads) {
  using T = TypeParam;
  const Index m = 180;
  const Index n = 784;
  const Index k = 128;
  const auto a = numbers<T>(m * k, 1);
  const auto b = numbers<T>(k * n, 2);
  for (const auto& [alpha, beta] : {std::pair<T, T>(1, 0), std::pair<T, T>(T(-0.3), T(0.7))}) {
    std::vector<T> first;
    for (const int count : {1, 2, 3, 2}) {
      const test::WithThreads threads(count);
      auto c = numbers<T>(m * n, 3);
      blas::gemm<T>(Form::plain, Form::plain, m, n, k, alpha, a.data(), k, b.data(), n, beta,
                    c.data(), n);
      first = first.empty() ? c : first;
      EXPECT_TRUE(c == first) << count;
    }
  }
}

TYPED_TEST(Gemm, level_1_is_what_its_formula_says) {
  using T = TypeParam;
  const std::vector<T> x = {1, -2, 3};
  std::vector<T> y = {10, 20, 30};
  blas::axpy<T>(3, T(0.5), x.data(), y.data());
  EXPECT_EQ(y, (std::vector<T>{T(10.5), 19, T(31.5)}));
  blas::scal<T>(3, 2, y.data());
  EXPECT_EQ(y, (std::vector<T>{21, 38, 63}));
  const std::vector<T> sides = {3, 0, -4};
  EXPECT_EQ(blas::nrm2<T>(3, sides.data()), 5);
  EXPECT_EQ(blas::nrm2<T>(0, sides.data()), 0);
}

TYPED_TEST(Gemm, the_norm_neither_overflows_nor_underflows) {
  if (!test::has_wide_registers()) {
    GTEST_SKIP() << "the emulator rounds the sums";
  }
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  for (const Index n : {1, 4, 1000}) {
    const std::vector<T> large(static_cast<std::size_t>(n), Limits::max() / 1024);
    const std::vector<T> small(static_cast<std::size_t>(n), Limits::min() * 4);
    const double root = std::sqrt(double(n));
    EXPECT_NEAR(blas::nrm2<T>(n, large.data()) / double(large[0]), root, 1e-5 * root) << n;
    EXPECT_NEAR(blas::nrm2<T>(n, small.data()) / double(small[0]), root, 1e-5 * root) << n;
  }
}

TEST(Blas, the_norm_of_floats_may_exceed_the_largest_float) {
  const std::vector<float> x(100, 3e38F);
  EXPECT_NEAR(blas::nrm2<float>(100, x.data()), 3e39, 1e33);
}

TEST(Blas, names_its_library) { EXPECT_FALSE(blas::description().empty()); }

}  // namespace
}  // namespace gradus
