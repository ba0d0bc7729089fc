#pragma once
// LAMB: Adam's direction with weight decay in it, made as long as the tensor itself: every tensor
// moves by the same share lr of its own size.  For large batches, as LARS.
// w: parameter, g: gradient, t: the parameter's step from 1, m and v: running means of g and g^2,
// r: direction, q: trust ratio, |x|: Euclidean norm.
//
//   m <- beta1 * m + (1 - beta1) * g
//   v <- beta2 * v + (1 - beta2) * g^2
//   r <- (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay * w
//   q <- |w| / |r|                                                      1 if |w| or |r| is 0
//   w <- w - lr * q * r
//
// You et al.: Large batch optimization for deep learning: Training BERT in 76 minutes. ICLR 2020,
//   arXiv:1904.00962, algorithm 2, with the identity for the function phi of |w|.
// PyTorch has no LAMB.  Conventions are timm's (timm.optim.Lamb): q is 1 where weight_decay is 0
// unless always_adapt, and a norm that is NaN counts as 0.  Departures from timm: no clipping of
// the gradients' norm, which is clip_grad_norm's work (optim/clip.h; timm's default is 1), and the
// step is counted for each parameter.
// Step: |w's change| = lr * |w| where q applies.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct LAMB {
  static constexpr std::string_view name = "LAMB";
  static constexpr bool per_element = false;  // for optim/conformance.h

  Number lr = 1e-3;            ///< at least 0
  Number beta1 = 0.9;          ///< at least 0 and below 1
  Number beta2 = 0.999;        ///< at least 0 and below 1
  Number eps = 1e-6;           ///< at least 0; with 0, a first gradient of 0 gives NaN
  Number weight_decay = 0.01;  ///< at least 0
  /// w <- (1 - lr * weight_decay) * w before the norms, and no decay in r: Keras's.
  bool decoupled_weight_decay = false;
  bool grad_averaging = true;   ///< otherwise m <- beta1 * m + g
  bool bias_correction = true;  ///< otherwise r <- m / (sqrt(v) + eps) + weight_decay * w
  bool trust_clip = false;      ///< LAMBC: q is at most 1
  bool always_adapt = false;    ///< q also where weight_decay is 0

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("decoupled_weight_decay", self.decoupled_weight_decay);
    visit("grad_averaging", self.grad_averaging);
    visit("bias_correction", self.bias_correction);
    visit("trust_clip", self.trust_clip);
    visit("always_adapt", self.always_adapt);
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
