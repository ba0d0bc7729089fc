#pragma once
// Adadelta: each coordinate's step is its gradient times the ratio of the root mean squares of past
// steps and of past gradients, which has the units of the parameter.  w: parameter, g: gradient,
// v: running mean of g^2, d: step, u: running mean of d^2.
//
//   g <- g + weight_decay * w
//   v <- rho * v + (1 - rho) * g^2
//   d <- sqrt((u + eps) / (v + eps)) * g
//   u <- rho * u + (1 - rho) * d^2
//   w <- w - lr * d
//
// Zeiler: ADADELTA: An adaptive learning rate method. 2012, arXiv:1212.5701, algorithm 1, which has
// no lr: 1 is the paper's.  Keras's default of 0.001 makes it a thousand times slower.
// Conventions are PyTorch's (torch.optim.Adadelta).  u starts at 0, so eps decides how long the
// first steps are: sqrt(eps / (1 - rho)) at most.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Adadelta {
  static constexpr std::string_view name = "Adadelta";

  Number lr = 1;                        ///< at least 0
  Number rho = 0.9;                     ///< from 0 to 1
  Number eps = 1e-6;                    ///< at least 0; with 0 nothing ever moves
  Number weight_decay = 0;              ///< at least 0
  bool decoupled_weight_decay = false;  ///< w <- (1 - lr * weight_decay) * w, as in Keras

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("rho", self.rho);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
  }

  struct State {
    Tensor square_avg;
    Tensor acc_delta;
    static constexpr std::string_view at_least_zero[] = {"square_avg", "acc_delta"};
    static void fields(auto& self, auto&& visit) {
      visit("square_avg", self.square_avg);
      visit("acc_delta", self.acc_delta);
    }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
