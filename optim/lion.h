#pragma once
// Lion: each coordinate takes a step of length lr, in the direction of a mean of the momentum and
// the gradient.  w: parameter, g: gradient, m: running mean of g.
//
//   w <- (1 - lr * weight_decay) * w
//   w <- w - lr * sign(beta1 * m + (1 - beta1) * g)
//   m <- beta2 * m + (1 - beta2) * g
//
// sign(0) = 0.  Without weight decay a step is lr or 0 long: rates are a third to a tenth of
// Adam's.
//
// Chen, Liang, Huang, Real, Wang, Pham, Dong, Luong, Hsieh, Lu, Le: Symbolic discovery of
//   optimization algorithms. NeurIPS 2023, arXiv:2302.06675, algorithm 2.
// Conventions are timm's (timm.optim.Lion); PyTorch has none.  One departure: the sign of NaN is
// NaN, so that the weight shows it, where torch.sign gives 0 and the weight stands still without a
// sign.
#include <gradus/optim/rule.h>

#include <limits>

namespace gradus::optim {

struct Lion {
  static constexpr std::string_view name = "Lion";

  Number lr = 1e-4;                    ///< at least 0
  Number beta1 = 0.9;                  ///< at least 0 and below 1
  Number beta2 = 0.99;                 ///< at least 0 and below 1
  Number weight_decay = 0;             ///< at least 0
  bool decoupled_weight_decay = true;  ///< false: g <- g + weight_decay * w

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
  }

  struct State {
    Tensor m;
    static void fields(auto& self, auto&& visit) { visit("m", self.m); }
  };

  void check() const;
  /// How far an element moves at most in a step; infinity with decoupled weight decay.
  double step_bound(Index) const {
    return weight_decay != 0 && decoupled_weight_decay ? std::numeric_limits<double>::infinity()
                                                       : double(lr);
  }
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
