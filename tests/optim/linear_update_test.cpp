#include <gradus/core/random.h>
#include <gradus/optim/linear_update.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace gradus;

// Sizes of one piece, of several, and with a rest that fills no vector.
const std::vector<Index> kSizes = {1, 7, 1000, 16384, 50'003};

TEST(LinearUpdate, momentum_through_blas_is_the_one_pass_up_to_rounding) {
  for (const Index n : kSizes) {
    Rng rng(3);
    const optim::SGD rule{.lr = 0.1, .momentum = 0.9, .dampening = 0.25};
    Tensor w_blas = randn({n}, rng);
    Tensor w_pass = w_blas.clone();
    Tensor buffer = randn({n}, rng);
    optim::SGD::State state{.momentum_buffer = buffer.clone()};
    for (Index t = 2; t < 6; ++t) {
      const Tensor g = randn({n}, rng);
      optim::momentum_blas(0.9, 0.75, 0.1, g, buffer, w_blas);
      rule.update(t, w_pass, g, state);
    }
    const std::vector<float> a = w_blas.to_vector();
    const std::vector<float> b = w_pass.to_vector();
    for (std::size_t i = 0; i < a.size(); ++i) {
      // Four steps of a few roundings of numbers of about 1; BLAS may fuse products and sums.
      ASSERT_NEAR(a[i], b[i], 2e-6) << "element " << i << " of " << n;
    }
  }
}

TEST(LinearUpdate, momentum_through_blas_follows_its_formula) {
  Tensor w = from_vector<double>({1, 2}, {2});
  Tensor b = from_vector<double>({0.5, -1}, {2});
  optim::momentum_blas(0.5, 0.25, 0.1, from_vector<double>({4, 8}, {2}), b, w);
  EXPECT_EQ(b.to_vector<double>(), (std::vector<double>{1.25, 1.5}));  // 0.5 b + 0.25 g
  EXPECT_NEAR(w.to_vector<double>()[0], 0.875, 1e-15);                 // 1 - 0.1 * 1.25
  EXPECT_NEAR(w.to_vector<double>()[1], 1.85, 1e-15);                  // 2 - 0.1 * 1.5
}

TEST(LinearUpdate, momentum_through_blas_refuses_other_shapes) {
  Tensor w = zeros({4});
  Tensor b = zeros({3});
  EXPECT_THROW(optim::momentum_blas(0.9, 1, 0.1, zeros({4}), b, w), ShapeError);
}

}  // namespace
