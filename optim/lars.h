#pragma once
// LARS: SGD whose learning rate is scaled for each tensor, so that its step is a fixed share of its
// own size.  For large batches, where one rate is too long for some layers, too short for others.
// w: parameter, g: gradient, q: trust ratio, b: momentum buffer, |x|: Euclidean norm.
//
//   q <- trust_coefficient * |w| / (|g| + weight_decay * |w| + eps)     1 if |w| or |g| is 0
//   d <- q * (g + weight_decay * w)
//   b <- d                                                     at the parameter's first step
//   b <- momentum * b + (1 - dampening) * d                    afterwards
//   w <- w - lr * b,  or  w - lr * (d + momentum * b)          with nesterov
//
// Without momentum w <- w - lr * d, and there is no state.
//
// You, Gitman, Ginsburg: Large batch training of convolutional networks. 2017, arXiv:1708.03888.
// PyTorch has no LARS.  Conventions are timm's (timm.optim.Lars): lr stands outside the buffer, eps
// is in the divisor, and q is 1 where weight_decay is 0 unless always_adapt, so that groups of
// biases without decay take plain steps.  With the defaults that makes it plain SGD of lr = 1!
// As in timm, too, a gradient with a NaN counts as one of norm 0: only its own elements become NaN,
// but the others take a step with q = 1, hundreds of times too long.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct LARS {
  static constexpr std::string_view name = "LARS";
  static constexpr bool per_element = false;  // for optim/conformance.h

  Number lr = 1.0;                   ///< at least 0; for q, so much larger than SGD's
  Number momentum = 0;               ///< at least 0; above 1 the buffer grows without bound
  Number dampening = 0;              ///< finite
  Number weight_decay = 0;           ///< at least 0; part of what q scales
  bool nesterov = false;             ///< needs momentum, and no dampening
  Number trust_coefficient = 0.001;  ///< above 0: |step| / |w| at lr = 1, without momentum
  Number eps = 1e-8;                 ///< at least 0
  bool trust_clip = false;           ///< LARC: q <- min(q / lr, 1), so that lr is an upper bound
  bool always_adapt = false;         ///< q also where weight_decay is 0

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("momentum", self.momentum);
    visit("dampening", self.dampening);
    visit("weight_decay", self.weight_decay);
    visit("nesterov", self.nesterov);
    visit("trust_coefficient", self.trust_coefficient);
    visit("eps", self.eps);
    visit("trust_clip", self.trust_clip);
    visit("always_adapt", self.always_adapt);
  }

  struct State {
    Tensor momentum_buffer;  ///< undefined without momentum
    static void fields(auto& self, auto&& visit) { visit("momentum_buffer", self.momentum_buffer); }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
