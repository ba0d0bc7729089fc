#pragma once
// Adam: momentum and RMSprop together, both corrected for their start at zero.
// w: parameter, g: gradient, t: the parameter's step from 1, m and v: running means of g and g^2.
//
//   g <- g + weight_decay * w
//   m <- beta1 * m + (1 - beta1) * g
//   v <- beta2 * v + (1 - beta2) * g^2
//   w <- w - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
//
// With amsgrad the largest v so far stands for v in the last line.
//
// Kingma, Ba: Adam: A method for stochastic optimization. ICLR 2015, arXiv:1412.6980, algorithm 1.
// Reddi, Kale, Kumar: On the convergence of Adam and beyond. ICLR 2018, arXiv:1904.09237.
// Conventions are PyTorch's (torch.optim.Adam): weight decay is added to the gradient (AdamW's is
// not), and AMSGrad's maximum is over the uncorrected v.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Adam {
  static constexpr std::string_view name = "Adam";

  Number lr = 1e-3;                     ///< at least 0
  Number beta1 = 0.9;                   ///< at least 0 and below 1
  Number beta2 = 0.999;                 ///< at least 0 and below 1
  Number eps = 1e-8;                    ///< at least 0; with 0, a first gradient of 0 gives NaN
  Number weight_decay = 0;              ///< at least 0
  bool decoupled_weight_decay = false;  ///< w <- (1 - lr * weight_decay) * w: AdamW's and Keras's
  bool amsgrad = false;
  /// eps beside sqrt(v) before its correction: the last line is then
  ///   w <- w - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps),
  /// the paper's second form with a constant eps, as in Keras.  In terms of the line above, eps is
  /// eps / sqrt(1 - beta2^t): 32 times as large at the first step.
  bool eps_before_correction = false;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("amsgrad", self.amsgrad);
    visit("eps_before_correction", self.eps_before_correction);
  }

  struct State {
    Tensor m;
    Tensor v;
    Tensor v_max;  ///< undefined unless amsgrad
    static constexpr std::string_view at_least_zero[] = {"v", "v_max"};
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("v", self.v);
      visit("v_max", self.v_max);
    }
  };

  void check() const;
  /// How far an element moves at most in its t-th step, whatever the gradients; infinity if
  /// there is no bound: with decoupled weight decay, or beta2 = 0 < beta1.  By the inequality of
  /// Cauchy and Schwarz between m and v:
  ///   lr * (1 - beta1) / (1 - beta1^t) * sqrt((1 - beta2^t) / (1 - beta2) * sum of q^k, k < t)
  /// with q = beta1^2 / beta2.  That is lr at t = 1 and 7.3 lr, with the defaults, in the end.
  double step_bound(Index t) const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
