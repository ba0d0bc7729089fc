#include <gradus/optim/adadelta.h>
#include <gradus/optim/weight_decay.h>

namespace gradus::optim {

void Adadelta::check() const {
  require_at_least_zero(name, "lr", lr);
  require_share(name, "rho", rho);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

void Adadelta::update(Number, Tensor& w, const Tensor& g, State& s) const {
  start_at_zero(s.square_avg, w);
  start_at_zero(s.acc_delta, w);
  update_elements(
      "Adadelta",
      [rule = *this](auto& wi, auto gi, auto& v, auto& u) {
        decay_weight(rule, wi, gi);
        v = rule.rho * v + (1 - rule.rho) * gi * gi;
        // One root and one division for the ratio of two roots.
        const auto ratio = named("ratio", sqrt((u + rule.eps) / (v + rule.eps)));
        const auto d = named("d", ratio * gi);
        u = rule.rho * u + (1 - rule.rho) * d * d;
        wi -= named("effective rate", rule.lr * ratio) * gi;
      },
      w, g, s.square_avg, s.acc_delta);
}

}  // namespace gradus::optim
