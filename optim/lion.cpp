#include <gradus/optim/lion.h>
#include <gradus/optim/weight_decay.h>

namespace gradus::optim {

void Lion::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

void Lion::update(Number, Tensor& w, const Tensor& g, State& s) const {
  start_at_zero(s.m, w);
  update_elements(
      "Lion",
      [rule = *this](auto& wi, auto gi, auto& m) {
        decay_weight(rule, wi, gi);
        const auto direction = sign(rule.beta1 * m + (1 - rule.beta1) * gi);
        wi -= rule.lr * named("direction", direction);
        m = rule.beta2 * m + (1 - rule.beta2) * gi;
      },
      w, g, s.m);
}

}  // namespace gradus::optim
