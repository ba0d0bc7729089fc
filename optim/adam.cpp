#include <gradus/core/elementwise.h>
#include <gradus/optim/adam.h>

namespace gradus::optim {

void Adam::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

void Adam::update(Index t, Tensor& w, const Tensor& g, State& s) const {
  const Adam rule = *this;
  const double rate = lr / (1 - std::pow(beta1, t));
  const double root = 1 / std::sqrt(1 - std::pow(beta2, t));
  const auto formula = [rule, rate, root](auto& wi, auto gi, auto& m, auto& v, auto&... v_max) {
    if (rule.weight_decay != 0) {
      gi += rule.weight_decay * wi;
    }
    m = rule.beta1 * m + (1 - rule.beta1) * gi;
    v = rule.beta2 * v + (1 - rule.beta2) * gi * gi;
    auto largest = v;
    ((largest = v_max = max(v_max, v)), ...);  // amsgrad
    wi -= rate * m / (sqrt(largest) * root + rule.eps);
  };
  start_at_zero(s.m, w);
  start_at_zero(s.v, w);
  if (amsgrad) {
    start_at_zero(s.v_max, w);
    core::elementwise("Adam", formula, w, g, s.m, s.v, s.v_max);
  } else {
    core::elementwise("Adam", formula, w, g, s.m, s.v);
  }
}

}  // namespace gradus::optim
