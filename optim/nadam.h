#pragma once
// NAdam: Adam with Nesterov's momentum, whose coefficient warms up.  w: parameter, g: gradient,
// t: the parameter's step from 1, m and v: running means of g and g^2, M: product of mu_1 to mu_t.
//
//   mu_t = beta1 * (1 - 0.5 * 0.96^(t * momentum_decay))
//   g <- g + weight_decay * w
//   m <- beta1 * m + (1 - beta1) * g
//   v <- beta2 * v + (1 - beta2) * g^2
//   M <- mu_t * M                                                          M starts at 1
//   n <- (1 - mu_t) / (1 - M) * g + mu_{t+1} / (1 - M * mu_{t+1}) * m
//   w <- w - lr * n / (sqrt(v / (1 - beta2^t)) + eps)
//
// Dozat: Incorporating Nesterov momentum into Adam. ICLR 2016, workshop track; the schedule of mu
//   is that of Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum
//   in deep learning. ICML 2013.
// Conventions are PyTorch's (torch.optim.NAdam).  M is kept in double, where PyTorch has f32.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct NAdam {
  static constexpr std::string_view name = "NAdam";

  Number lr = 2e-3;                     ///< at least 0
  Number beta1 = 0.9;                   ///< at least 0 and below 1
  Number beta2 = 0.999;                 ///< at least 0 and below 1
  Number eps = 1e-8;                    ///< at least 0; with 0, a first gradient of 0 gives NaN
  Number weight_decay = 0;              ///< at least 0
  bool decoupled_weight_decay = false;  ///< w <- (1 - lr * weight_decay) * w, as in Keras
  /// At least 0: how fast mu warms up from beta1 / 2 to beta1.  Dozat's psi; 1 in Keras, whose mu
  /// is 250 times as fast.
  Number momentum_decay = 4e-3;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("momentum_decay", self.momentum_decay);
  }

  struct State {
    Tensor m;
    Tensor v;
    Number mu_product = 1;
    Number mu_count = 0;  ///< how many factors are in it: t
    static constexpr std::string_view at_least_zero[] = {"v", "mu_product", "mu_count"};
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("v", self.v);
      visit("mu_product", self.mu_product);
      visit("mu_count", self.mu_count);
    }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
