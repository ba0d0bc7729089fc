#include <gradus/optim/elements.h>
#include <gradus/optim/rprop.h>

#include <cmath>

namespace gradus::optim {

void Rprop::check() const {
  require_at_least_zero(name, "lr", lr);
  require(eta_minus > 0 && eta_minus < 1, name, ": eta_minus must be above 0 and below 1, got ",
          eta_minus);
  require(std::isfinite(eta_plus) && eta_plus > 1, name,
          ": eta_plus must be finite and above 1, got ", eta_plus);
  require_at_least_zero(name, "step_size_min", step_size_min);
  require(std::isfinite(step_size_max) && step_size_max >= step_size_min, name,
          ": step_size_max must be finite and at least step_size_min, got ", step_size_max, " and ",
          step_size_min);
}

void Rprop::update(Number, Tensor& w, const Tensor& g, State& s) const {
  if (lr == 0) {
    return;
  }
  start_at_zero(s.prev, w);
  start_at(s.step_size, w, lr);
  update_elements(
      "Rprop",
      [rule = *this](auto& wi, auto gi, auto& prev, auto& e) {
        const auto direction = where(gi > 0.0, 1.0, where(gi < 0.0, -1.0, 0.0));  // NaN has none
        const auto agreement = named("agreement", direction * prev);
        const auto factor =
            where(agreement > 0.0, rule.eta_plus, where(agreement < 0.0, rule.eta_minus, 1.0));
        e = min(max(e * named("factor", factor), rule.step_size_min), rule.step_size_max);
        prev = where(agreement < 0.0, 0.0, direction);
        wi -= prev * e;
      },
      w, g, s.prev, s.step_size);
}

}  // namespace gradus::optim
