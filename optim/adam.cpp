#include <gradus/optim/adam.h>
#include <gradus/optim/weight_decay.h>

#include <cmath>
#include <limits>

namespace gradus::optim {

void Adam::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

double Adam::step_bound(Index step) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if ((weight_decay != 0 && decoupled_weight_decay) || (beta1 != 0 && beta2 == 0)) {
    return kInfinity;
  }
  const auto t = static_cast<double>(step);
  const double q = beta1 == 0 ? 0 : double(beta1 * beta1 / beta2);
  const double sum = q == 1 ? t : (1 - std::pow(q, t)) / (1 - q);
  return lr * (1 - beta1) / (1 - std::pow(beta1, t)) *
         std::sqrt((1 - std::pow(beta2, t)) / (1 - beta2) * sum);
}

void Adam::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  const Number correction2 = sqrt(1 - pow(beta2, t));
  Number rate = lr / (1 - pow(beta1, t));
  Number root = 1 / correction2;
  if (eps_before_correction) {
    rate *= correction2;
    root = 1;
  }
  rate = named("rate", rate);
  root = named("root", root);
  const auto formula = [rule = *this, rate, root](auto& wi, auto gi, auto& m, auto& v,
                                                  auto&... v_max) {
    decay_weight(rule, wi, gi);
    m = rule.beta1 * m + (1 - rule.beta1) * gi;
    v = rule.beta2 * v + (1 - rule.beta2) * gi * gi;
    auto largest = v;
    ((largest = v_max = max(v_max, v)), ...);  // amsgrad
    const auto divisor = named("divisor", sqrt(largest) * root + rule.eps);
    const auto effective = named("effective rate", rate / divisor);
    wi -= effective * m;
  };
  start_at_zero(s.m, w);
  start_at_zero(s.v, w);
  if (amsgrad) {
    start_at_zero(s.v_max, w);
    update_elements("Adam", formula, w, g, s.m, s.v, s.v_max);
  } else {
    update_elements("Adam", formula, w, g, s.m, s.v);
  }
}

}  // namespace gradus::optim
