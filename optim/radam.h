#pragma once
// RAdam: Adam whose steps are shortened while v is known from few gradients, and have no divisor as
// long as its variance is not even defined.  w: parameter, g: gradient, t: the parameter's step
// from 1, m and v: running means of g and g^2, rho: how many gradients v is worth.
//
//   g <- g + weight_decay * w
//   m <- beta1 * m + (1 - beta1) * g
//   v <- beta2 * v + (1 - beta2) * g^2
//   rho_inf = 2 / (1 - beta2) - 1
//   rho     = rho_inf - 2 * t * beta2^t / (1 - beta2^t)
//   if rho > rectify_above:
//     r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
//     w <- w - lr * r * m / (1 - beta1^t) * sqrt(1 - beta2^t) / (sqrt(v) + eps)
//   otherwise:
//     w <- w - lr * m / (1 - beta1^t)
//
// Liu, Jiang, He, Chen, Liu, Gao, Han: On the variance of the adaptive learning rate and beyond.
//   ICLR 2020, arXiv:1908.03265, algorithm 2, which has no eps.
// Conventions are PyTorch's (torch.optim.RAdam): rho must be above 5, in the paper above 4.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct RAdam {
  static constexpr std::string_view name = "RAdam";

  Number lr = 1e-3;                     ///< at least 0
  Number beta1 = 0.9;                   ///< at least 0 and below 1
  Number beta2 = 0.999;                 ///< at least 0 and below 1; up to 0.6, rho is never above 4
  Number eps = 1e-8;                    ///< at least 0
  Number weight_decay = 0;              ///< at least 0
  bool decoupled_weight_decay = false;  ///< w <- (1 - lr * weight_decay) * w
  Number rectify_above = 5;             ///< at least 4, which is the paper's

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("rectify_above", self.rectify_above);
  }

  struct State {
    Tensor m;
    Tensor v;
    static constexpr std::string_view at_least_zero[] = {"v"};
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("v", self.v);
    }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
