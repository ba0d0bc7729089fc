#include <gradus/optim/adamax.h>
#include <gradus/optim/weight_decay.h>

namespace gradus::optim {

void Adamax::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

void Adamax::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  const Number rate = named("rate", lr / (1 - pow(beta1, t)));
  start_at_zero(s.m, w);
  start_at_zero(s.u, w);
  update_elements(
      "Adamax",
      [rule = *this, rate](auto& wi, auto gi, auto& m, auto& u) {
        decay_weight(rule, wi, gi);
        m = rule.beta1 * m + (1 - rule.beta1) * gi;
        auto divisor = u;
        if (rule.eps_in_max) {
          u = max(rule.beta2 * u, abs(gi) + rule.eps);
          divisor = named("divisor", u);
        } else {
          u = max(rule.beta2 * u, abs(gi));
          divisor = named("divisor", u + rule.eps);
        }
        wi -= named("effective rate", rate / divisor) * m;
      },
      w, g, s.m, s.u);
}

}  // namespace gradus::optim
