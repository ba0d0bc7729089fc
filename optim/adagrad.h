#pragma once
// Adagrad: the step of each coordinate is divided by the root of the sum of all its squared
// gradients, so that rarely used coordinates keep a large rate.  w: parameter, g: gradient, s: sum
// of g^2, t: the parameter's step from 1.
//
//   g <- g + weight_decay * w
//   s <- s + g^2                                       s starts at initial_accumulator_value
//   w <- w - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)
//
// No step is longer than lr.
//
// Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic
//   optimization. Journal of Machine Learning Research 12, 2011.
// Conventions are PyTorch's (torch.optim.Adagrad).  With Keras's, eps in the root and a sum that
// starts at 0.1, the first steps are shorter the smaller the gradient: optim/keras.h.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Adagrad {
  static constexpr std::string_view name = "Adagrad";

  Number lr = 1e-2;                      ///< at least 0
  Number lr_decay = 0;                   ///< at least 0
  Number eps = 1e-10;                    ///< at least 0; with 0, a first gradient of 0 gives NaN
  Number weight_decay = 0;               ///< at least 0
  bool decoupled_weight_decay = false;   ///< w <- (1 - lr * weight_decay) * w, as in Keras
  Number initial_accumulator_value = 0;  ///< at least 0
  bool eps_in_root = false;              ///< w <- w - ... * g / sqrt(s + eps), as in Keras

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("lr_decay", self.lr_decay);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("initial_accumulator_value", self.initial_accumulator_value);
    visit("eps_in_root", self.eps_in_root);
  }

  struct State {
    Tensor sum;
    static constexpr std::string_view at_least_zero[] = {"sum"};
    static void fields(auto& self, auto&& visit) { visit("sum", self.sum); }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
