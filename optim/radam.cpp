#include <gradus/optim/radam.h>
#include <gradus/optim/weight_decay.h>

#include <cmath>

namespace gradus::optim {

void RAdam::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require(std::isfinite(rectify_above) && rectify_above >= 4, name,
          ": rectify_above must be finite and at least 4, below which there is no root, got ",
          rectify_above);
}

void RAdam::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  const Number correction2 = 1 - pow(beta2, t);
  const Number rho_inf = named("rho_inf", 2 / (1 - beta2) - 1);
  const Number rho = named("rho", rho_inf - 2 * t * pow(beta2, t) / correction2);
  Number rate = lr / (1 - pow(beta1, t));
  const bool rectified = rho > rectify_above;
  if (rectified) {
    const Number r =
        named("r", sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)));
    rate *= r * sqrt(correction2);
  }
  rate = named(rectified ? "rate" : "effective rate", rate);
  start_at_zero(s.m, w);
  start_at_zero(s.v, w);
  update_elements(
      "RAdam",
      [rule = *this, rate, rectified](auto& wi, auto gi, auto& m, auto& v) {
        decay_weight(rule, wi, gi);
        m = rule.beta1 * m + (1 - rule.beta1) * gi;
        v = rule.beta2 * v + (1 - rule.beta2) * gi * gi;
        if (rectified) {
          const auto divisor = named("divisor", sqrt(v) + rule.eps);
          wi -= named("effective rate", rate / divisor) * m;
        } else {
          wi -= rate * m;
        }
      },
      w, g, s.m, s.v);
}

}  // namespace gradus::optim
