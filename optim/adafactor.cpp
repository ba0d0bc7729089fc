#include <gradus/core/reduce.h>
#include <gradus/optim/adafactor.h>
#include <gradus/optim/linear_update.h>

#include <limits>

namespace gradus::optim {
namespace {

// What one step has besides the options.
struct Step {
  Number beta2;
  Number eps1;
  Number alpha;
};

Number machine_epsilon(Dtype dtype) {
  return visit_floating("Adafactor", dtype, [](auto zero) {
    return Number(std::numeric_limits<decltype(zero)>::epsilon());
  });
}

// mean <- beta2 * mean + (1 - beta2) * mean of g^2 over `dim`
void average_squares(const Adafactor& rule, const Step& step, const Tensor& g, Index dim,
                     Tensor& mean) {
  const Tensor squares = core::mean_square(g, {dim}, true);
  if (!mean) {
    mean = zeros_like(squares);
  }
  const Number eps = rule.eps1_in_square ? step.eps1 : Number(0);
  core::elementwise(
      "Adafactor",
      [beta2 = step.beta2, eps](auto& to, auto square) {
        to = beta2 * to + (1 - beta2) * (square + eps);
      },
      mean, squares);
}

// w <- w - alpha * u / max(1, RMS(u) / clip_threshold) with u = g / divisor(factors ...)
template <class F, class... Factors>
void clipped_step(const Adafactor& rule, const Step& step, Tensor& w, const Tensor& g, F divisor,
                  const Factors&... factors) {
  Tensor u = empty_like(w);
  named("u", u);
  update_elements(
      "Adafactor",
      [divisor](auto& ui, auto gi, auto... factor) {
        ui = gi / named("divisor", divisor(factor...));
      },
      u, g, factors...);
  const Number u_rms = named("RMS(u)", core::rms(u));
  const Number clip = named("clip", max(Number(1), u_rms / rule.clip_threshold));
  const Number rate = named("rate", (rule.maximize ? -step.alpha : step.alpha) / clip);
  if (Trace* trace = Trace::active()) {
    const auto line = [=](auto&, auto... factor) {
      named("effective rate", rate / divisor(factor...));
    };
    trace_elements(*trace, line, w, factors...);
  }
  const bool decays = rule.weight_decay != 0 && !rule.decay_first;
  update_linear(
      decays ? LinearForm::one_pass : LinearForm::blas, "Adafactor",
      [rule, rate, decays](auto& wi, auto ui) {
        if (decays) {
          wi *= 1 - rule.lr * rule.weight_decay;
        }
        wi -= rate * ui;
      },
      w, std::as_const(u));
}

}  // namespace

void Adafactor::check() const {
  require_at_least_zero(name, "lr", lr);
  require(beta2_decay <= 0 && std::isfinite(double(beta2_decay)), name,
          ": beta2_decay must be finite and at most 0, got ", beta2_decay);
  require(eps1 == kMachineEpsilon || (eps1 >= 0 && std::isfinite(double(eps1))), name,
          ": eps1 must be finite and at least 0, or -1 for the machine epsilon, got ", eps1);
  require_at_least_zero(name, "eps2", eps2);
  require(clip_threshold >= 1 && std::isfinite(double(clip_threshold)), name,
          ": clip_threshold must be finite and at least 1, got ", clip_threshold);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

void Adafactor::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  if (w.numel() == 0) {
    return;  // a mean over nothing is NaN
  }
  if (weight_decay != 0 && decay_first) {
    update_linear(
        LinearForm::one_pass, "Adafactor",
        [rule = *this](auto& wi) { wi *= 1 - rule.lr * rule.weight_decay; }, w);
  }
  Step step;
  step.beta2 = named("beta2", 1 - pow(t, beta2_decay));
  step.eps1 = eps1 == kMachineEpsilon ? named("eps1", machine_epsilon(w.dtype())) : eps1;
  const Number w_rms = named("RMS(w)", core::rms(w));
  step.alpha = named("alpha", max(eps2, w_rms) * min(lr, 1 / sqrt(t)));
  const bool bounded = !eps1_in_square;
  if (w.rank() < 2) {
    start_at_zero(s.square_avg, w);
    update_elements(
        "Adafactor",
        [step, bounded](auto& v, auto gi) {
          const auto square = bounded ? gi * gi : gi * gi + step.eps1;
          v = step.beta2 * v + (1 - step.beta2) * square;
        },
        s.square_avg, g);
    return clipped_step(
        *this, step, w, g,
        [step, bounded](auto v) { return bounded ? max(sqrt(v), step.eps1) : sqrt(v); },
        s.square_avg);
  }
  average_squares(*this, step, g, -1, s.row_mean);
  average_squares(*this, step, g, -2, s.column_mean);
  const Tensor whole = named("mean of row_mean", core::mean(s.row_mean, {-2}, true));
  clipped_step(
      *this, step, w, g,
      [step, bounded](auto row, auto mean, auto column) {
        if (!bounded) {
          return sqrt(row / mean * column);
        }
        return max(sqrt(row / max(mean, step.eps1) * column), step.eps1);
      },
      s.row_mean, whole, s.column_mean);
}

}  // namespace gradus::optim
