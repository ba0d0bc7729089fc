#include <gradus/core/reduce.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/linear_update.h>

#include <utility>

namespace gradus::optim {
namespace {

Number trust_ratio(const LAMB& rule, const Tensor& w, const Tensor& r) {
  const Number w_norm = named("|w|", core::norm(w));
  const Number r_norm = named("|r|", core::norm(r));
  Number ratio = 1;
  if (w_norm > 0 && r_norm > 0) {
    ratio = w_norm / r_norm;
  }
  return named("trust ratio", rule.trust_clip ? min(ratio, Number(1)) : ratio);
}

}  // namespace

void LAMB::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

void LAMB::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  Number scale = 1;
  Number root = 1;
  if (bias_correction) {
    scale = named("scale", 1 / (1 - pow(beta1, t)));
    root = named("root", 1 / sqrt(1 - pow(beta2, t)));
  }
  const bool coupled = weight_decay != 0 && !decoupled_weight_decay;
  const bool decoupled = weight_decay != 0 && decoupled_weight_decay;
  const auto divisor = [rule = *this, root](auto v) {
    return rule.bias_correction ? sqrt(v) * root + rule.eps : sqrt(v) + rule.eps;
  };
  const auto direction = [=, rule = *this](auto& ri, auto gi, auto& wi, auto& m, auto& v) {
    if (rule.grad_averaging) {
      m = rule.beta1 * m + (1 - rule.beta1) * gi;
    } else {
      m = rule.beta1 * m + gi;
    }
    v = rule.beta2 * v + (1 - rule.beta2) * gi * gi;
    const auto d = named("divisor", divisor(v));
    const auto mean = rule.bias_correction ? scale * m : m;
    if (coupled) {
      ri = mean / d + rule.weight_decay * wi;
    } else {
      ri = mean / d;
    }
    if (decoupled) {
      wi *= 1 - rule.lr * rule.weight_decay;
    }
  };
  start_at_zero(s.m, w);
  start_at_zero(s.v, w);
  Tensor r = empty_like(w);
  named("r", r);
  if (decoupled) {
    update_elements("LAMB", direction, r, g, w, s.m, s.v);
  } else {
    update_elements("LAMB", direction, r, g, std::as_const(w), s.m, s.v);
  }
  const bool adapt = weight_decay != 0 || always_adapt;
  const Number rate = adapt ? named("rate", lr * trust_ratio(*this, w, r)) : lr;
  const Number share = bias_correction ? rate * scale : rate;
  if (Trace* trace = Trace::active()) {
    const auto line = [=](auto, auto v) { named("effective rate", share / divisor(v)); };  // of m
    trace_elements(*trace, line, w, s.v);
  }
  update_linear(
      LinearForm::blas, "LAMB", [rate](auto& wi, auto ri) { wi -= rate * ri; }, w,
      std::as_const(r));
}

}  // namespace gradus::optim
