#include <gradus/core/batch_matmul.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include "support/layouts.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::Indices;
using test::Naive;

// Index i of an array of that rank: dimensions that the array lacks are left out, stretched are 0.
Indices own_index(const Naive& x, const Indices& at) {
  Indices own(at.end() - x.rank(), at.end());
  for (std::size_t d = 0; d < own.size(); ++d) {
    own[d] = x.sizes[d] == 1 ? 0 : own[d];
  }
  return own;
}

Naive plain_product(const Naive& a, const Naive& b, const Indices& sizes) {
  return test::build(sizes, [&](const Indices& at) {
    double sum = 0;
    for (Index l = 0; l < a.sizes.back(); ++l) {
      Indices in_a = at;
      Indices in_b = at;
      in_a[at.size() - 1] = l;
      in_b[at.size() - 2] = l;
      sum += a(own_index(a, in_a)) * b(own_index(b, in_b));
    }
    return sum;
  });
}

TEST(BatchMatmul, gives_the_plain_sums_for_every_layout_and_way_of_stretching) {
  struct Sizes {
    Shape a, b, c;
  };
  const Sizes all[] = {{{2, 3}, {3, 4}, {2, 4}},
                       {{5, 2, 3}, {5, 3, 4}, {5, 2, 4}},
                       {{5, 2, 3}, {3, 4}, {5, 2, 4}},
                       {{2, 3}, {5, 3, 4}, {5, 2, 4}},
                       {{2, 1, 4, 2}, {3, 2, 5}, {2, 3, 4, 5}},
                       {{1, 1, 1, 3}, {2, 4, 3, 2}, {2, 4, 1, 2}}};
  std::mt19937 engine(1);
  for (const Sizes& sizes : all) {
    for (const test::Layout layout_a : test::kLayouts) {
      for (const test::Layout layout_b : test::kLayouts) {
        const Tensor a = laid_out(test::random_values(sizes.a, engine, 0, 1, true), layout_a);
        const Tensor b = laid_out(test::random_values(sizes.b, engine, 0, 1, true), layout_b);
        const Naive expected =
            plain_product(test::read(a), test::read(b), test::to_indices(sizes.c));

        const Tensor c = core::batch_matmul("product", a, b);

        ASSERT_EQ(c.shape(), sizes.c);
        const std::vector<double> found = c.to_vector<double>();
        for (std::size_t i = 0; i < found.size(); ++i) {
          ASSERT_NEAR(found[i], expected.values[i], 1e-14) << to_text(sizes.a) << to_text(sizes.b);
        }
      }
    }
  }
}

TEST(BatchMatmul, of_no_matrices_or_no_terms_is_empty_or_zero) {
  EXPECT_EQ(core::batch_matmul("product", zeros({0, 2, 3}), zeros({3, 4})).shape(),
            (Shape{0, 2, 4}));
  EXPECT_EQ(core::batch_matmul("product", zeros({2, 1, 0}), zeros({2, 0, 2})).to_vector(),
            std::vector<float>(4, 0));
}

// Many small ones, few large ones, and many that are cut in tiles themselves.
TEST(ThreadsBatchMatmul, gives_the_same_bits_for_any_number_of_threads) {
  struct Sizes {
    Shape a, b;
  };
  const Sizes all[] = {
      {{64, 17, 31}, {64, 31, 23}}, {{3, 320, 330}, {3, 330, 310}}, {{20, 190, 200}, {200, 180}}};
  for (const Sizes& sizes : all) {
    Rng rng(1);
    const Tensor a = randn(sizes.a, rng);
    const Tensor b = randn(sizes.b, rng);
    const auto run = [&](int threads) {
      const test::WithThreads with(threads);
      return core::batch_matmul("product", a, b).to_vector();
    };
    const std::vector<float> one = run(1);
    EXPECT_EQ(run(2), one);
    EXPECT_EQ(run(3), one);
  }
}

}  // namespace
}  // namespace gradus
