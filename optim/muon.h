#pragma once
// Muon: momentum whose singular values are all made about 1, so that the step of a matrix changes
// every direction of its input by about as much.
// w: parameter [n, m], g: gradient, b: average of g, o: d with its singular values made about 1,
// |x|: Frobenius norm.
//
//   b <- momentum * b + (1 - momentum) * g                     b starts at 0
//   d <- (1 - momentum) * g + momentum * b,  or  b without nesterov
//   x <- d / max(|d|, eps)
//   five times:  s <- x x',  x <- A x + (B s + C s s) x        Newton-Schulz; x' s if n > m
//   o <- x
//   w <- (1 - lr * weight_decay) * w
//   w <- w - lr * sqrt(max(1, n / m)) * o
//
// Each iteration takes every singular value z of x to A z + B z^3 + C z^5 and leaves its directions
// as they are.  With A = 3.4445, B = -4.7750, C = 2.0315 small values grow by A each time and
// larger ones wander about 1 without converging to it: five iterations bring all that were above
// 0.0015 |d| to between 0.67 and 1.21.
//
// Jordan et al.: Muon: An optimizer for hidden layers in neural networks. 2024,
//   https://kellerjordan.github.io/posts/muon/.
// Liu et al.: Muon is scalable for LLM training. 2025, arXiv:2502.16982 (decay, matched_rms).
//
// Conventions are PyTorch's (torch.optim.Muon, 2.9).  Its documentation has a sum for the momentum
// where its code averages; only eps tells them apart.  One departure: products are
// in the parameter's own f32 or f64, where PyTorch rounds to bf16.
//
// It is for the matrices of hidden layers.  Biases and gains, and better the first and the last
// layer too, belong into another optimizer beside it (optim/joint.h steps both as one):
//
//   optim::Optimizer hidden(matrices, optim::Muon{.lr = 0.02});
//   optim::Optimizer others(rest, optim::AdamW{});
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Muon {
  static constexpr std::string_view name = "Muon";
  static constexpr bool per_element = false;  // for optim/conformance.h

  Number lr = 1e-3;           ///< at least 0; the original's is 0.02
  Number weight_decay = 0.1;  ///< at least 0, always decoupled; the original's is 0
  Number momentum = 0.95;     ///< at least 0 and below 1
  bool nesterov = true;
  Number eps = 1e-7;              ///< at least 0; with 0, a zero gradient gives NaN
  Number a = 3.4445;              ///< A, finite
  Number b = -4.7750;             ///< B, finite
  Number c = 2.0315;              ///< C, finite
  Index newton_schulz_steps = 5;  ///< from 1 to 99
  /// Above 0, the last line is w <- w - lr * matched_rms * sqrt(max(n, m)) * o: a step whose root
  /// mean square is about lr * matched_rms for any shape.  0.2 is Adam's, so that lr and
  /// weight_decay can be Adam's: PyTorch's "match_rms_adamw", and Keras's default.
  Number matched_rms = 0;
  /// Takes tensors of more dimensions, such as the filters of a convolution, as matrices [size(0),
  /// the rest], as the original does.
  bool flatten_filters = false;
  bool sum_momentum = false;  ///< b <- momentum * b + g,  d <- g + momentum * b, as in Keras
  bool add_eps = false;       ///< x <- d / (|d| + eps), as in the original and Keras
  /// Products of f32 parameters in f64, which takes two to three times as long.  Without, o is
  /// right to about 2e-6 instead of 6e-8, which hardly matters to training.
  bool double_products = true;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("weight_decay", self.weight_decay);
    visit("momentum", self.momentum);
    visit("nesterov", self.nesterov);
    visit("eps", self.eps);
    visit("a", self.a);
    visit("b", self.b);
    visit("c", self.c);
    visit("newton_schulz_steps", self.newton_schulz_steps);
    visit("matched_rms", self.matched_rms);
    visit("flatten_filters", self.flatten_filters);
    visit("sum_momentum", self.sum_momentum);
    visit("add_eps", self.add_eps);
    visit("double_products", self.double_products);
  }

  struct State {
    Tensor momentum_buffer;
    static void fields(auto& self, auto&& visit) { visit("momentum_buffer", self.momentum_buffer); }
  };

  void check() const;
  /// Throws ValueError unless w is a matrix, or has more dimensions and flatten_filters is set.
  void check_parameter(std::string_view name, const Tensor& w) const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
