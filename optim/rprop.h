#pragma once
// Rprop: each coordinate has a step size of its own, which grows as long as the gradient keeps its
// sign and shrinks when the sign changes; how large the gradient is does not matter.  For full
// batches: the sign of a minibatch's gradient is chance.  w: parameter, g: gradient, e: step size,
// p: the sign of the gradient before.
//
//   e <- e * eta_plus    if g and p have one sign          e starts at lr
//   e <- e * eta_minus   if they have opposite ones        e stays if one of them is 0
//   e <- min(max(e, step_size_min), step_size_max)
//   g <- 0               after a change of sign
//   w <- w - sign(g) * e
//   p <- sign(g)                                           p starts at 0
//
// Riedmiller, Braun: A direct adaptive method for faster backpropagation learning: the RPROP
//   algorithm. ICNN 1993.
// Igel, Huesken: Improving the Rprop learning algorithm. NC 2000 (this form: iRprop-).
// Conventions are PyTorch's (torch.optim.Rprop): lr is where the step sizes start and nothing else,
// so changing it later has no effect; a NaN gradient moves nothing, an infinite one has its sign.
// Two departures: lr = 0 moves nothing, where PyTorch takes steps of step_size_min; signs are
// compared, where the sign of PyTorch's product of gradients is lost below 1e-19 in f32.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Rprop {
  static constexpr std::string_view name = "Rprop";
  /// An element with a NaN gradient sits the step out.
  static constexpr bool nan_propagates = false;

  Number lr = 1e-2;             ///< at least 0
  Number eta_minus = 0.5;       ///< above 0 and below 1
  Number eta_plus = 1.2;        ///< above 1
  Number step_size_min = 1e-6;  ///< at least 0
  Number step_size_max = 50;    ///< at least step_size_min; no step is longer

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("eta_minus", self.eta_minus);
    visit("eta_plus", self.eta_plus);
    visit("step_size_min", self.step_size_min);
    visit("step_size_max", self.step_size_max);
  }

  struct State {
    Tensor prev;
    Tensor step_size;
    static constexpr std::string_view at_least_zero[] = {"step_size"};
    static void fields(auto& self, auto&& visit) {
      visit("prev", self.prev);
      visit("step_size", self.step_size);
    }
  };

  void check() const;
  /// How far an element moves at most in a step.
  double step_bound(Index) const { return step_size_max; }
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
