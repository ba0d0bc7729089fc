#pragma once
// Exercise: Adam.  Three short pieces are missing, and your tests say which of them work.
//
//   m <- beta1 * m + (1 - beta1) * g                       the running mean of the gradient
//   v <- beta2 * v + (1 - beta2) * g^2                     and that of its square, both from 0
//   w <- w - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
//
// Kingma, Ba: Adam: A method for stochastic optimization. ICLR 2015, algorithm 1.
#include <gradus/optim/elements.h>
#include <gradus/optim/rule.h>

using namespace gradus;
using namespace gradus::optim;

struct MyAdam {
  static constexpr std::string_view name = "MyAdam";
  Number lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;

  /// Task 1.  Moves the running means m and v of one parameter one step on, given its gradient g.
  void average(auto g, auto& m, auto& v) const {
    // SOLUTION 1
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    // END
  }

  /// Task 2.  The weights of a running mean that started at 0 add up to less than 1 in its first
  /// steps.  To what, after step t (the first step is 1)?  beta to the power of t is pow(beta, t).
  Number correction(Number beta, Number t) const {
    // SOLUTION 2
    // BLANK return 0.5;
    return 1 - pow(beta, t);
    // END
  }

  /// Task 3.  Moves the parameter w, given the means after correction.
  void move(auto& w, auto m, auto v) const {
    // SOLUTION 3
    w -= lr * m / (sqrt(v) + eps);
    // END
  }

  // The rest is given.  Gradus calls update() for each parameter with its number of steps; the
  // formula then runs for every number in w.

  struct State {
    Tensor m, v;
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("v", self.v);
    }
  };
  void update(Number t, Tensor& w, const Tensor& g, State& s) const {
    start_at_zero(s.m, w);
    start_at_zero(s.v, w);
    const auto formula = [rule = *this, c1 = correction(beta1, t), c2 = correction(beta2, t)](
                             auto& wi, auto gi, auto& m, auto& v) {
      rule.average(gi, m, v);
      rule.move(wi, m / c1, v / c2);
    };
    update_elements("MyAdam", formula, w, g, s.m, s.v);
  }
  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
  }
  void check() const {}
};
