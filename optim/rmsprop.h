#pragma once
// RMSprop: the step of each coordinate is divided by a running root mean square of its gradient.
// w: parameter, g: gradient, v: running mean of g^2, a: running mean of g, b: momentum buffer.
//
//   g <- g + weight_decay * w
//   v <- alpha * v + (1 - alpha) * g^2                         v starts at initial_square
//   a <- alpha * a + (1 - alpha) * g                           if centered
//   d <- sqrt(v) + eps,  or  sqrt(max(v - a^2, 0)) + eps       if centered
//   w <- w - lr * g / d
//   with momentum:  b <- momentum * b + g / d,  w <- w - lr * b
//
// Tieleman, Hinton: Lecture 6.5 - RMSprop. Coursera: Neural networks for machine learning, 2012.
// Graves: Generating sequences with recurrent neural networks. 2013, arXiv:1308.0850, equations
//   38 to 45 (centered).
// Conventions are PyTorch's (torch.optim.RMSprop): eps outside the root, lr outside the buffer.
// Hinton's lecture has no eps at all, so every library chose its own place for it.
// One departure: v - a^2, a variance, may round to below 0, where PyTorch gives NaN; here it is 0.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct RMSprop {
  static constexpr std::string_view name = "RMSprop";

  Number lr = 1e-2;         ///< at least 0
  Number alpha = 0.99;      ///< from 0 to 1; the first step is up to lr / sqrt(1 - alpha) long
  Number eps = 1e-8;        ///< at least 0; with 0, a zero gradient at the first step gives NaN
  Number weight_decay = 0;  ///< at least 0
  bool decoupled_weight_decay = false;  ///< w <- (1 - lr * weight_decay) * w, as in Keras
  Number momentum = 0;                  ///< at least 0
  /// Under a nearly constant gradient the variance rounds to about 0, and a step is up to
  /// lr * |g| / eps long: take an eps that is not small beside |g|.
  bool centered = false;
  Number initial_square = 0;  ///< at least 0; 1 in TensorFlow 1, whose first steps are then short
  bool eps_in_root = false;   ///< d <- sqrt(v + eps), as in Keras and TensorFlow 1
  /// lr inside the buffer, as in Keras and TensorFlow 1:
  /// b <- momentum * b + lr * g / d,  w <- w - b
  bool lr_in_buffer = false;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("alpha", self.alpha);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("momentum", self.momentum);
    visit("centered", self.centered);
    visit("initial_square", self.initial_square);
    visit("eps_in_root", self.eps_in_root);
    visit("lr_in_buffer", self.lr_in_buffer);
  }

  struct State {
    Tensor square_avg;
    Tensor grad_avg;         ///< undefined unless centered
    Tensor momentum_buffer;  ///< undefined without momentum
    static constexpr std::string_view at_least_zero[] = {"square_avg"};
    static void fields(auto& self, auto&& visit) {
      visit("square_avg", self.square_avg);
      visit("grad_avg", self.grad_avg);
      visit("momentum_buffer", self.momentum_buffer);
    }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
