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
// not), and AMSGrad's maximum is over the uncorrected v.  Keras's Adam has eps before the
// correction of v, so that its effective eps is eps / sqrt(1 - beta2^t).
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Adam {
  static constexpr std::string_view name = "Adam";

  double lr = 1e-3;         ///< at least 0
  double beta1 = 0.9;       ///< at least 0 and below 1
  double beta2 = 0.999;     ///< at least 0 and below 1
  double eps = 1e-8;        ///< at least 0; with 0, a zero gradient at the first step gives NaN
  double weight_decay = 0;  ///< at least 0
  bool amsgrad = false;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
    visit("amsgrad", self.amsgrad);
  }

  struct State {
    Tensor m;
    Tensor v;
    Tensor v_max;  ///< undefined unless amsgrad
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("v", self.v);
      visit("v_max", self.v_max);
    }
  };

  void check() const;
  void update(Index t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
