#include <gradus/optim/adagrad.h>
#include <gradus/optim/weight_decay.h>

namespace gradus::optim {

void Adagrad::check() const {
  require_at_least_zero(name, "lr", lr);
  require_at_least_zero(name, "lr_decay", lr_decay);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require_at_least_zero(name, "initial_accumulator_value", initial_accumulator_value);
}

void Adagrad::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  Number rate = lr;
  if (lr_decay != 0) {
    rate = named("rate", lr / (1 + (t - 1) * lr_decay));
  }
  start_at(s.sum, w, initial_accumulator_value);
  update_elements(
      "Adagrad",
      [rule = *this, rate](auto& wi, auto gi, auto& sum) {
        decay_weight(rule, wi, gi);
        sum += gi * gi;
        auto divisor = sum;
        if (rule.eps_in_root) {
          divisor = named("divisor", sqrt(sum + rule.eps));
        } else {
          divisor = named("divisor", sqrt(sum) + rule.eps);
        }
        wi -= named("effective rate", rate / divisor) * gi;
      },
      w, g, s.sum);
}

}  // namespace gradus::optim
