#pragma once
// Stochastic gradient descent, with momentum.  w: parameter, g: gradient, b: momentum buffer.
//
//   g <- g + weight_decay * w
//   b <- g                                              at the parameter's first step
//   b <- momentum * b + (1 - dampening) * g             afterwards
//   w <- w - lr * b,  or  w - lr * (g + momentum * b)   with nesterov
//
// Without momentum w <- w - lr * g, and there is no state.
//
// Polyak: Some methods of speeding up the convergence of iteration methods. USSR Computational
//   Mathematics and Mathematical Physics 4(5), 1964.
// Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep
//   learning. ICML 2013.
// Conventions are PyTorch's (torch.optim.SGD): lr stands outside the buffer, and the first step has
// no dampening.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct SGD {
  static constexpr std::string_view name = "SGD";

  Number lr = 1e-3;                     ///< at least 0
  Number momentum = 0;                  ///< at least 0; above 1 the buffer grows without bound
  Number dampening = 0;                 ///< finite
  Number weight_decay = 0;              ///< at least 0
  bool decoupled_weight_decay = false;  ///< w <- (1 - lr * weight_decay) * w, as in Keras
  bool nesterov = false;                ///< needs momentum, and no dampening
  bool maximize = false;                ///< go up the gradient instead of down
  /// lr inside the buffer, as in Keras: b <- momentum * b + (1 - dampening) * lr * g, w <- w - b.
  /// The same as long as lr stays; after a change the buffer keeps what it was summed up with.
  bool lr_in_buffer = false;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("momentum", self.momentum);
    visit("dampening", self.dampening);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("nesterov", self.nesterov);
    visit("maximize", self.maximize);
    visit("lr_in_buffer", self.lr_in_buffer);
  }

  struct State {
    Tensor momentum_buffer;  ///< undefined without momentum
    static void fields(auto& self, auto&& visit) { visit("momentum_buffer", self.momentum_buffer); }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
