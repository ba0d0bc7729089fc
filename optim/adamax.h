#pragma once
// Adamax: Adam with the largest gradient of late in place of the root mean square.  w: parameter,
// g: gradient, t: the parameter's step from 1, m: running mean of g, u: decaying maximum of |g|.
//
//   g <- g + weight_decay * w
//   m <- beta1 * m + (1 - beta1) * g
//   u <- max(beta2 * u, |g| + eps)
//   w <- w - lr / (1 - beta1^t) * m / u
//
// Kingma, Ba: Adam: A method for stochastic optimization. ICLR 2015, arXiv:1412.6980, algorithm 2,
// which has no eps.  Conventions are PyTorch's (torch.optim.Adamax).  u needs no correction for its
// start at 0: a maximum is there from the first gradient.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Adamax {
  static constexpr std::string_view name = "Adamax";

  Number lr = 2e-3;                     ///< at least 0
  Number beta1 = 0.9;                   ///< at least 0 and below 1
  Number beta2 = 0.999;                 ///< at least 0 and below 1
  Number eps = 1e-8;                    ///< at least 0; with 0, a first gradient of 0 gives NaN
  Number weight_decay = 0;              ///< at least 0
  bool decoupled_weight_decay = false;  ///< w <- (1 - lr * weight_decay) * w, as in Keras
  /// false, as in Keras: u <- max(beta2 * u, |g|), and the step is divided by u + eps.
  bool eps_in_max = true;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("eps_in_max", self.eps_in_max);
  }

  struct State {
    Tensor m;
    Tensor u;
    static constexpr std::string_view at_least_zero[] = {"u"};
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("u", self.u);
    }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
