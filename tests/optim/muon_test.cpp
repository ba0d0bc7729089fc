// Muon: values by hand, what it does to singular values, its options, and what it refuses.
#include <gradus/core/blas.h>
#include <gradus/core/random.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gradus/optim/muon.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"
#include "support/small_steps.h"

namespace gradus {
namespace {

using test::after;
using test::expect_error;
using test::expect_near;

double iterated(double z, int steps = 5) {
  for (int i = 0; i < steps; ++i) {
    z = 3.4445 * z - 4.7750 * z * z * z + 2.0315 * z * z * z * z * z;
  }
  return z;
}

// [n, n], orthogonal: 1 - 2 v v' / |v|^2
Tensor reflection(Index n, unsigned seed) {
  Rng rng(seed);
  const Tensor v = randn({n, 1}, rng, 0, 1, f64);
  const Tensor q = eye(n, f64);
  const double square = core::norm(v) * core::norm(v);
  core::gemm("reflection", v, core::transpose(v, 0, 1), q, -2 / square, 1);
  return q;
}

TEST(Muon, bends_singular_values_and_keeps_their_directions) {
  for (const auto& [n, m] : {std::pair<Index, Index>{6, 4}, {4, 6}, {4, 4}}) {
    const std::vector<double> values = {3, 1, 0.5, 0.01};
    const double norm = std::sqrt(9 + 1 + 0.25 + 1e-4);
    Tensor g = zeros({n, m}, f64);
    Tensor o = zeros({n, m}, f64);
    for (Index i = 0; i < 4; ++i) {
      fill(core::select(core::select(g, 0, i), 0, i), values[std::size_t(i)]);
      fill(core::select(core::select(o, 0, i), 0, i), iterated(values[std::size_t(i)] / norm));
    }
    const Tensor left = reflection(n, 1);
    const Tensor right = reflection(m, 2);
    const Tensor turned = core::matmul(core::matmul(left, g), right);
    const Tensor expected = core::matmul(core::matmul(left, o), right);
    const optim::Muon rule{.lr = 1, .weight_decay = 0};
    const Tensor moved = after(rule, zeros({n, m}, f64), {turned});
    const double scale = -std::sqrt(std::max(1.0, double(n) / double(m)));
    std::vector<double> wanted = expected.to_vector<double>();
    for (double& value : wanted) {
      value *= scale;
    }
    expect_near(moved, wanted, 1e-12);
  }
}

TEST(Muon, brings_what_is_above_0_0015_into_its_band) {
  for (double z = 0.0015; z <= 1; z *= 1.001) {
    EXPECT_GT(iterated(z), 0.67) << z;
    EXPECT_LT(iterated(z), 1.21) << z;
  }
  EXPECT_GT(iterated(1), 0.67);
  EXPECT_LT(iterated(1), 1.21);
}

TEST(Muon, with_the_convergent_coefficients_makes_the_matrix_orthogonal) {
  Rng rng(3);
  const Tensor g = randn({4, 9}, rng, 0, 1, f64);
  const optim::Muon rule{
      .lr = 1, .weight_decay = 0, .a = 2, .b = -1.5, .c = 0.5, .newton_schulz_steps = 30};
  const Tensor o = after(rule, zeros({4, 9}, f64), {g});
  const Tensor square = core::matmul(o, core::transpose(o, 0, 1));
  expect_near(square, eye(4, f64).to_vector<double>(), 1e-13);
}

TEST(Muon, averages_as_pytorch_or_sums_as_keras) {
  // A 1 x 1 matrix: o = iterated(d / |d|) whatever d is, unless eps shows.
  const Tensor w = full({1, 1}, 5, f64);
  const Tensor g = full({1, 1}, 2, f64);
  const optim::Muon average{
      .lr = 1, .weight_decay = 0, .momentum = 0.5, .nesterov = false, .eps = 4};
  optim::Muon sum = average;
  sum.sum_momentum = true;
  optim::Muon added = sum;
  added.add_eps = true;
  optim::Muon nesterov = average;
  nesterov.nesterov = true;
  expect_near(after(average, w, {g}), {5 - iterated(1.0 / 4)}, 1e-14);
  expect_near(after(sum, w, {g}), {5 - iterated(2.0 / 4)}, 1e-14);
  expect_near(after(added, w, {g}), {5 - iterated(2.0 / 6)}, 1e-14);
  expect_near(after(nesterov, w, {g}), {5 - iterated((0.5 * 2 + 0.5 * 1) / 4)}, 1e-14);
}

TEST(Muon, scales_by_shape_and_decays_by_lr_alone) {
  const Tensor w = full({4, 1}, 1, f64);
  const Tensor g = ones({4, 1}, f64);
  const double o = iterated(1) / 2;  // of each of four equal elements
  const optim::Muon rule{.lr = 0.1, .weight_decay = 0.5};
  expect_near(after(rule, w, {g}), std::vector<double>(4, 0.95 - 0.1 * 2 * o), 1e-14);
  const optim::Muon matched{.lr = 0.1, .weight_decay = 0.5, .matched_rms = 0.2};
  expect_near(after(matched, w, {g}), std::vector<double>(4, 0.95 - 0.1 * 0.4 * o), 1e-14);
}

TEST(Muon, takes_filters_as_matrices_if_told_so) {
  Rng rng(4);
  const Tensor w = randn({3, 2, 2, 2}, rng, 0, 1, f64);
  const Tensor g = randn({3, 2, 2, 2}, rng, 0, 1, f64);
  const optim::Muon rule{.flatten_filters = true};
  const Tensor flat = after(optim::Muon{}, core::reshape(w, {3, 8}), {core::reshape(g, {3, 8})});
  expect_near(after(rule, w, {g}), flat.to_vector<double>(), 0);
}

TEST(Muon, stays_at_a_zero_gradient_but_for_its_decay) {
  const Tensor w = full({2, 3}, 2, f64);
  expect_near(after(optim::Muon{.lr = 0.5}, w, {zeros({2, 3}, f64)}), std::vector<double>(6, 1.9),
              1e-15);
}

TEST(Muon, holds_gradients_whose_norm_is_no_float) {
  const Tensor w = zeros({20, 20});
  Tensor g = zeros({20, 20});
  for (Index i = 0; i < 20; ++i) {
    fill(core::select(core::select(g, 0, i), 0, i), 3e38);
  }
  for (const bool in_double : {true, false}) {
    const optim::Muon rule{.lr = 1, .weight_decay = 0, .double_products = in_double};
    const Tensor moved = after(rule, w, {g});
    EXPECT_NEAR(core::rms(moved), iterated(1 / std::sqrt(20.0)) / std::sqrt(20.0), 1e-6);
  }
}

TEST(Muon, refuses_what_is_no_matrix) {
  const auto add = [](const Tensor& w) {
    Tensor leaf = w;
    leaf.set_requires_grad();
    optim::Optimizer opt({{"fc1.bias", leaf}}, optim::Muon{});
  };
  expect_error<ValueError>(
      [&] { add(zeros({3})); },
      "Muon: parameter fc1.bias must have 2 dimensions, got shape [3]; it orthogonalizes matrices: "
      "put biases and gains into an optimizer of their own, such as AdamW's");
  expect_error<ValueError>(
      [&] {
        add(zeros({3, 2, 2, 2}));
      },
      "Muon: parameter fc1.bias must have 2 dimensions, got shape [3, 2, 2, 2]; set "
      "flatten_filters to take it as a matrix of its first dimension and the rest");
}

}  // namespace
}  // namespace gradus
