#include <gradus/core/reduce.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/linear_update.h>

namespace gradus::optim {
namespace {

Number trust_ratio(const LARS& rule, const Tensor& w, const Tensor& g) {
  const Number w_norm = named("|w|", core::norm(w));
  const Number g_norm = named("|g|", core::norm(g));
  Number ratio = 1;
  if (w_norm > 0 && g_norm > 0) {
    ratio = rule.trust_coefficient * w_norm / (g_norm + rule.weight_decay * w_norm + rule.eps);
  }
  if (rule.trust_clip) {
    ratio = rule.lr > 0 ? min(ratio / rule.lr, Number(1)) : Number(1);
  }
  return named("trust ratio", ratio);
}

}  // namespace

void LARS::check() const {
  require_at_least_zero(name, "lr", lr);
  require_at_least_zero(name, "momentum", momentum);
  require_finite(name, "dampening", dampening);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require(!nesterov || (momentum > 0 && dampening == 0), name,
          ": nesterov needs momentum above 0 and dampening 0, got ", momentum, " and ", dampening);
  require_above_zero(name, "trust_coefficient", trust_coefficient);
  require_at_least_zero(name, "eps", eps);
}

void LARS::update(Number, Tensor& w, const Tensor& g, State& s) const {
  const bool adapt = weight_decay != 0 || always_adapt;
  const Number ratio = adapt ? trust_ratio(*this, w, g) : Number(1);
  const Number effective = named("effective rate", adapt ? lr * ratio : lr);
  const auto decayed = [rule = *this](auto& wi, auto& gi) {
    if (rule.weight_decay != 0) {
      gi = named("g", gi + rule.weight_decay * wi);
    }
    return gi;
  };
  if (momentum == 0) {
    return update_linear(
        weight_decay == 0 ? LinearForm::blas : LinearForm::one_pass, "LARS",
        [decayed, effective](auto& wi, auto gi) { wi -= effective * decayed(wi, gi); }, w, g);
  }
  const bool first = !s.momentum_buffer;
  start_at_zero(s.momentum_buffer, w);
  update_linear(
      LinearForm::one_pass, "LARS",
      [rule = *this, decayed, adapt, ratio, first](auto& wi, auto gi, auto& b) {
        auto d = decayed(wi, gi);
        if (adapt) {
          d = named("d", ratio * d);
        }
        if (first) {
          b = d;
        } else {
          b = rule.momentum * b + (1 - rule.dampening) * d;
        }
        if (rule.nesterov) {
          wi -= rule.lr * (d + rule.momentum * b);
        } else {
          wi -= rule.lr * b;
        }
      },
      w, g, s.momentum_buffer);
}

}  // namespace gradus::optim
