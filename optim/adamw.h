#pragma once
// AdamW: Adam whose weight decay is no part of the gradient.  w: parameter, g: gradient.
//
//   w <- (1 - lr * weight_decay) * w
//   then Adam (optim/adam.h) without weight decay
//
// Loshchilov, Hutter: Decoupled weight decay regularization. ICLR 2019, arXiv:1711.05101, algorithm
//   2.
// Conventions are PyTorch's (torch.optim.AdamW): the decay is scaled by the whole learning rate,
// where the paper scales it by the schedule's factor alone.  The paper's lambda is the weight_decay
// lambda / lr, with a schedule that is a factor of lr.
#include <gradus/optim/adam.h>

namespace gradus::optim {

struct AdamW {
  static constexpr std::string_view name = "AdamW";

  Number lr = 1e-3;            ///< at least 0
  Number beta1 = 0.9;          ///< at least 0 and below 1
  Number beta2 = 0.999;        ///< at least 0 and below 1
  Number eps = 1e-8;           ///< at least 0; with 0, a first gradient of 0 gives NaN
  Number weight_decay = 1e-2;  ///< at least 0
  bool amsgrad = false;
  bool eps_before_correction = false;  ///< as in Keras: see Adam

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("amsgrad", self.amsgrad);
    visit("eps_before_correction", self.eps_before_correction);
  }

  using State = Adam::State;

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
