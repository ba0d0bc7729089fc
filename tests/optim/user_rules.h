#pragma once
// Three rules that Gradus does not have, as a user writes them after docs/write_an_optimizer.md,
// where they stand as well: one for each element, one with norms, one with matrix products.
#include <gradus/core/blas.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gradus/optim/elements.h>
#include <gradus/optim/rule.h>

namespace user {

using namespace gradus;
using namespace gradus::optim;

// Signum: each element takes a step of length lr, in the direction that its gradients of late agree
// on.  w: parameter, g: gradient, m: running mean of g.
//
//   m <- beta * m + (1 - beta) * g
//   w <- w - lr * sign(m)
//
// Bernstein, Wang, Azizzadenesheli, Anandkumar: signSGD: Compressed optimisation for non-convex
// problems. ICML 2018, arXiv:1802.04434, algorithm 2.
struct Signum {
  static constexpr std::string_view name = "Signum";
  Number lr = 1e-4, beta = 0.9;
  static void fields(auto& self, auto&& visit) { each(visit, "lr", self.lr, "beta", self.beta); }
  struct State {
    Tensor m;
    static void fields(auto& self, auto&& visit) { visit("m", self.m); }
  };
  void check() const {
    require_at_least_zero(name, "lr", lr);
    require_below_one(name, "beta", beta);
  }
  double step_bound(Index) const { return lr; }
  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    start_at_zero(s.m, w);
    const auto formula = [rule = *this](auto& wi, auto gi, auto& m) {
      m = rule.beta * m + (1 - rule.beta) * gi;
      wi -= rule.lr * sign(m);
    };
    update_elements("Signum", formula, w, g, s.m);
  }
};

// NovoGrad: Adam with one second moment for each tensor, of the norm of its gradient.  w:
// parameter, g: gradient, v: running mean of |g|^2, a number, m: momentum.
//
//   v <- |g|^2                                       at the first step
//   v <- beta2 * v + (1 - beta2) * |g|^2             afterwards
//   m <- beta1 * m + (g / (sqrt(v) + eps) + weight_decay * w)
//   w <- w - lr * m
//
// Ginsburg, Castonguay, Hrinchuk, Kuchaiev, Lavrukhin, Leary, Li, Nguyen, Zhang, Cohen: Stochastic
// gradient methods with layer-wise adaptive moments for training of deep networks. 2019,
// arXiv:1905.11286, algorithm 1.
struct NovoGrad {
  static constexpr std::string_view name = "NovoGrad";
  static constexpr bool per_element = false;
  Number lr = 1e-2, beta1 = 0.95, beta2 = 0.98, eps = 1e-8, weight_decay = 0;
  static void fields(auto& self, auto&& visit) {
    each(visit, "lr", self.lr, "beta1", self.beta1, "beta2", self.beta2, "eps", self.eps,
         "weight_decay", self.weight_decay);
  }
  struct State {
    Tensor m;
    Number v;
    static void fields(auto& self, auto&& visit) { each(visit, "m", self.m, "v", self.v); }
  };
  void check() const {
    require_at_least_zero(name, {{"lr", lr}, {"eps", eps}, {"weight_decay", weight_decay}});
    require_below_one(name, {{"beta1", beta1}, {"beta2", beta2}});
  }
  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    const Number norm = named("|g|", core::norm(g));
    s.v = named("v", s.m ? beta2 * s.v + (1 - beta2) * norm * norm : norm * norm);
    const Number divisor = named("divisor", sqrt(s.v) + eps);
    start_at_zero(s.m, w);
    const auto formula = [rule = *this, divisor](auto& wi, auto gi, auto& m) {
      m = rule.beta1 * m + (gi / divisor + rule.weight_decay * wi);
      wi -= rule.lr * m;
    };
    update_elements("NovoGrad", formula, w, g, s.m);
  }
};

// Spectral descent: the step of spectral norm lr that goes downhill fastest: the matrix of momentum
// with all its singular values made 1.  w: parameter, g: gradient, m: momentum, |m|: root of the
// sum of its squares.
//
//   m <- momentum * m + g
//   x <- m / |m|                            singular values from 0 to 1
//   x <- 1.5 x - 0.5 x x^T x                `iterations` times: they go to 1
//   w <- w - lr * x
//
// Carlson, Collins, Hsieh, Carin, Cevher: Preconditioned spectral descent for deep learning. NIPS
// 2015 (there the step also has the nuclear norm of m as a factor).
// Bjorck, Bowie: An iterative algorithm for computing the best estimate of an orthogonal matrix.
// SIAM Journal on Numerical Analysis 8(2), 1971 (the iteration).
struct SpectralDescent {
  static constexpr std::string_view name = "SpectralDescent";
  static constexpr bool per_element = false;
  Number lr = 1e-2, momentum = 0.9;
  Index iterations = 10;
  static void fields(auto& self, auto&& visit) {
    each(visit, "lr", self.lr, "momentum", self.momentum, "iterations", self.iterations);
  }
  struct State {
    Tensor m;
    static void fields(auto& self, auto&& visit) { visit("m", self.m); }
  };
  void check() const {
    require_at_least_zero(name, "lr", lr);
    require_below_one(name, "momentum", momentum);
    require(iterations > 0, name, ": iterations must be at least 1, got ", iterations);
  }
  void check_parameter(std::string_view parameter, const Tensor& w) const {
    require(w.rank() == 2, name, ": ", parameter, " must be a matrix, got shape ", w.shape());
  }
  double step_bound(Index) const { return lr; }
  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    start_at_zero(s.m, w);
    const auto gather = [rule = *this](auto& m, auto gi) { m = rule.momentum * m + gi; };
    update_elements(name.data(), gather, s.m, g);
    const Number norm = named("|m|", core::norm(s.m));
    Tensor x = named("x", s.m.clone());
    const auto divide = [norm](auto& xi) { xi /= norm; };
    if (norm > 0) {
      update_elements(name.data(), divide, x);
    }
    for (Index i = 0; i < iterations; ++i) {
      const Tensor cube = core::matmul(core::matmul(x, core::transpose(x, 0, 1)), x);
      const auto improve = [](auto& xi, auto c) { xi = 1.5 * xi - 0.5 * c; };
      core::elementwise(name.data(), improve, x, cube);
    }
    const auto move = [rate = lr](auto& wi, auto xi) { wi -= rate * xi; };
    update_elements(name.data(), move, w, std::as_const(x));
  }
};

}  // namespace user
