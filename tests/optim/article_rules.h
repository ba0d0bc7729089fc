#pragma once
// The formulas that two widely read articles print, as rules.  None of them is what it is called:
// docs/adam_and_rmsprop.md shows each beside the right one, and article_test.cpp has the tests that
// it fails and ours passes.
//
// w: parameter, g: gradient, t: step from 1, m and v: averages of g and of g^2, from zero.
#include <gradus/core/reduce.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/elements.h>

namespace gradus::test::article {

using optim::Number;

// --- article A: Adam -----------------------------------------------------------------------------

/// The options and the state that versions of Adam share.
struct AdamLike {
  Number lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
  }

  struct State {
    Tensor m;
    Tensor v;
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("v", self.v);
    }
  };

  void check() const {}
};

/// What is corrected is stored, and the next step averages on from it:
///   m <- (beta1 * m + (1 - beta1) * g) / (1 - beta1^t),  v likewise
///   w <- w - lr * m / (sqrt(v) + eps)
struct StoredCorrections : AdamLike {
  static constexpr std::string_view name = "StoredCorrections";

  void update(Number t, Tensor& w, const Tensor& g, State& s) const {
    const Number correction1 = 1 - pow(beta1, t);
    const Number correction2 = 1 - pow(beta2, t);
    optim::start_at_zero(s.m, w);
    optim::start_at_zero(s.v, w);
    optim::update_elements(
        "StoredCorrections",
        [rule = *this, correction1, correction2](auto& wi, auto gi, auto& m, auto& v) {
          m = (rule.beta1 * m + (1 - rule.beta1) * gi) / correction1;
          v = (rule.beta2 * v + (1 - rule.beta2) * gi * gi) / correction2;
          wi -= rule.lr * m / (sqrt(v) + rule.eps);
        },
        w, g, s.m, s.v);
  }
};

/// Adam with 1 - beta^(t + 1) where t counts from 1.
struct ExponentTooHigh : optim::Adam {
  static constexpr std::string_view name = "ExponentTooHigh";

  void update(Number t, Tensor& w, const Tensor& g, State& s) const {
    Adam::update(t + 1, w, g, s);
  }
};

/// Without any correction:
///   w <- w - lr * m / (sqrt(v) + eps)
struct Uncorrected : AdamLike {
  static constexpr std::string_view name = "Uncorrected";

  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.m, w);
    optim::start_at_zero(s.v, w);
    optim::update_elements(
        "Uncorrected",
        [rule = *this](auto& wi, auto gi, auto& m, auto& v) {
          m = rule.beta1 * m + (1 - rule.beta1) * gi;
          v = rule.beta2 * v + (1 - rule.beta2) * gi * gi;
          wi -= rule.lr * m / (sqrt(v) + rule.eps);
        },
        w, g, s.m, s.v);
  }
};

// --- article B, and both: RMSprop ----------------------------------------------------------------

/// The options and the state that versions of RMSprop share.
struct RMSpropLike {
  Number lr = 1e-2, beta = 0.9, eps = 1e-8;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta", self.beta);
    visit("eps", self.eps);
  }

  struct State {
    Tensor v;
    static void fields(auto& self, auto&& visit) { visit("v", self.v); }
  };

  void check() const {}
};

/// The average where the gradient belongs:
///   w <- w - lr * v / (sqrt(v) + eps)
struct SquareInNumerator : RMSpropLike {
  static constexpr std::string_view name = "SquareInNumerator";

  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.v, w);
    optim::update_elements(
        "SquareInNumerator",
        [rule = *this](auto& wi, auto gi, auto& v) {
          v = rule.beta * v + (1 - rule.beta) * gi * gi;
          wi -= rule.lr * v / (sqrt(v) + rule.eps);
        },
        w, g, s.v);
  }
};

/// "The mean of the gradient" under the step, where the mean of its square belongs:
///   v <- beta * v + (1 - beta) * g
///   w <- w - lr * g / (|v| + eps)
struct MeanOfGradient : RMSpropLike {
  static constexpr std::string_view name = "MeanOfGradient";

  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.v, w);
    optim::update_elements(
        "MeanOfGradient",
        [rule = *this](auto& wi, auto gi, auto& v) {
          v = rule.beta * v + (1 - rule.beta) * gi;
          wi -= rule.lr * gi / (abs(v) + rule.eps);
        },
        w, g, s.v);
  }
};

/// The mean is over the coordinates of this step's gradient, none is over time:
///   w <- w - lr * g / (sqrt(beta * mean(g^2) + (1 - beta) * g^2) + eps)
struct MeanOverCoordinates : RMSpropLike {
  static constexpr std::string_view name = "MeanOverCoordinates";

  void update(Number, Tensor& w, const Tensor& g, State&) const {
    Tensor squares = empty(g.shape(), g.dtype());
    core::elementwise(
        "MeanOverCoordinates", [](auto& y, auto gi) { y = gi * gi; }, squares, g);
    const Number mean = core::sum(squares).item() / static_cast<double>(g.numel());
    optim::update_elements(
        "MeanOverCoordinates",
        [rule = *this, mean](auto& wi, auto gi) {
          wi -= rule.lr * gi / (sqrt(rule.beta * mean + (1 - rule.beta) * gi * gi) + rule.eps);
        },
        w, g);
  }
};

/// The model's output sum(w * x), one number, stands for the gradient of every coordinate; the
/// true gradient is not looked at.  For one number the mean over coordinates is that number.
struct OutputAsGradient : RMSpropLike {
  static constexpr std::string_view name = "OutputAsGradient";
  Tensor x;  ///< of w's shape; all ones if undefined

  void update(Number, Tensor& w, const Tensor&, State&) const {
    Tensor products = w.clone();
    if (x) {
      core::elementwise(
          "OutputAsGradient", [](auto& y, auto xi) { y *= xi; }, products, x);
    }
    const double output = core::sum(products).item();
    const double step = lr * output / (std::sqrt(output * output) + eps);
    core::elementwise(
        "OutputAsGradient", [step](auto& wi) { wi -= step; }, w);
  }
};

/// Takes "with a zero gradient the learning rate stays" at its word: v is left alone then.
struct KeptAtZero : RMSpropLike {
  static constexpr std::string_view name = "KeptAtZero";

  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.v, w);
    optim::update_elements(
        "KeptAtZero",
        [rule = *this](auto& wi, auto gi, auto& v) {
          v = where(gi == 0.0, v, rule.beta * v + (1 - rule.beta) * gi * gi);
          wi -= rule.lr * gi / (sqrt(v) + rule.eps);
        },
        w, g, s.v);
  }
};

/// Takes eps for "a regularizer": a penalty (eps / 2) * w^2 on the loss, no floor under the root.
///   g <- g + eps * w
///   w <- w - lr * g / sqrt(v)
struct EpsAsPenalty : RMSpropLike {
  static constexpr std::string_view name = "EpsAsPenalty";

  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.v, w);
    optim::update_elements(
        "EpsAsPenalty",
        [rule = *this](auto& wi, auto gi, auto& v) {
          const auto penalised = gi + rule.eps * wi;
          v = rule.beta * v + (1 - rule.beta) * penalised * penalised;
          wi -= rule.lr * penalised / sqrt(v);
        },
        w, g, s.v);
  }
};

}  // namespace gradus::test::article
