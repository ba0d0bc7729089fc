#pragma once
// Adafactor: RMSprop for large matrices.  Of the running mean of g^2 it keeps only the means of its
// rows and of its columns, n + m numbers instead of n m, and steps are relative to the size of w.
// w: parameter, g: gradient, t: the parameter's step from 1, R and C: row and column means of g^2,
// RMS(x): root mean square of all elements.
//
//   beta2 <- 1 - t^beta2_decay                                          0 at the first step
//   alpha <- max(eps2, RMS(w)) * min(lr, 1 / sqrt(t))
//   w <- (1 - lr * weight_decay) * w
//   R <- beta2 * R + (1 - beta2) * mean of g^2 over each row            [n, 1]
//   C <- beta2 * C + (1 - beta2) * mean of g^2 over each column         [1, m]
//   d <- max(sqrt(R / max(mean of R, eps1) * C), eps1)                  [n, m], never stored
//   u <- g / d
//   w <- w - alpha * u / max(1, RMS(u) / clip_threshold)
//
// Rows and columns are the last two dimensions; further ones count matrices of their own.  Vectors
// and scalars keep the mean itself: v <- beta2 * v + (1 - beta2) * g^2,  d <- max(sqrt(v), eps1).
//
// Shazeer, Stern: Adafactor: Adaptive learning rates with sublinear memory cost. ICML 2018,
//   arXiv:1804.04235, algorithms 4 and 5.  The paper sums rows and columns; means give the same d.
// Conventions are PyTorch's (torch.optim.Adafactor, 2.9): eps1 bounds d and the mean of R from
// below, the paper's constant 0.01 is lr, and the decay is decoupled.
// Step: RMS(u / max(1, ...)) is at most clip_threshold, so RMS(step) at most alpha times that.
#include <gradus/optim/rule.h>

namespace gradus::optim {

struct Adafactor {
  static constexpr std::string_view name = "Adafactor";
  static constexpr bool per_element = false;  // for optim/conformance.h
  /// For eps1: the parameter's machine epsilon, 1.2e-7 in f32 and 2.2e-16 in f64.
  static constexpr double kMachineEpsilon = -1;

  Number lr = 1e-2;               ///< at least 0; the largest step relative to w
  Number beta2_decay = -0.8;      ///< at most 0; nearer to 0, the mean of g^2 forgets sooner
  Number eps1 = kMachineEpsilon;  ///< that, or at least 0; with 0, a row without gradient gives NaN
  Number eps2 = 1e-3;             ///< at least 0; the size that weights near 0 are taken to have
  Number clip_threshold = 1;      ///< at least 1; PyTorch's d
  Number weight_decay = 0;        ///< at least 0; always decoupled
  bool maximize = false;          ///< go up the gradient instead of down
  /// The paper's and Keras's place of eps1: g^2 + eps1 instead of g^2, and no other bound.
  bool eps1_in_square = false;
  /// Keras's order: weight decay before RMS(w) is taken, instead of with the step.
  bool decay_first = false;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta2_decay", self.beta2_decay);
    visit("eps1", self.eps1);
    visit("eps2", self.eps2);
    visit("clip_threshold", self.clip_threshold);
    visit("weight_decay", self.weight_decay);
    visit("maximize", self.maximize);
    visit("eps1_in_square", self.eps1_in_square);
    visit("decay_first", self.decay_first);
  }

  struct State {
    Tensor row_mean;     ///< R, [..., n, 1]; undefined for vectors and scalars
    Tensor column_mean;  ///< C, [..., 1, m]; undefined for vectors and scalars
    Tensor square_avg;   ///< v; undefined for matrices
    static constexpr std::string_view at_least_zero[] = {"row_mean", "column_mean", "square_avg"};
    static void fields(auto& self, auto&& visit) {
      visit("row_mean", self.row_mean);
      visit("column_mean", self.column_mean);
      visit("square_avg", self.square_avg);
    }
  };

  void check() const;
  void update(Number t, Tensor& w, const Tensor& g, State& s) const;
};

}  // namespace gradus::optim
