#include <gradus/optim/adamw.h>

namespace gradus::optim {

void AdamW::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
}

void AdamW::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  Adam{.lr = lr,
       .beta1 = beta1,
       .beta2 = beta2,
       .eps = eps,
       .weight_decay = weight_decay,
       .decoupled_weight_decay = true,
       .amsgrad = amsgrad,
       .eps_before_correction = eps_before_correction}
      .update(t, w, g, s);
}

}  // namespace gradus::optim
