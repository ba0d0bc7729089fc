#include <gradus/optim/linear_update.h>
#include <gradus/optim/sgd.h>
#include <gradus/optim/weight_decay.h>

namespace gradus::optim {

void SGD::check() const {
  require_at_least_zero(name, "lr", lr);
  require_at_least_zero(name, "momentum", momentum);
  require_finite(name, "dampening", dampening);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require(!nesterov || (momentum > 0 && dampening == 0), name,
          ": nesterov needs momentum above 0 and dampening 0, got ", momentum, " and ", dampening);
}

void SGD::update(Number, Tensor& w, const Tensor& g, State& s) const {
  const Number rate = named("effective rate", lr);
  const Number towards = maximize ? -1 : 1;
  const auto descent = [rule = *this, towards](auto& wi, auto gi) {
    if (rule.maximize) {
      gi = named("g", towards * gi);
    }
    decay_weight(rule, wi, gi);
    return gi;
  };
  if (momentum == 0) {
    const LinearForm form = weight_decay == 0 ? LinearForm::blas : LinearForm::one_pass;
    return update_linear(
        form, "SGD", [rate, descent](auto& wi, auto gi) { wi -= rate * descent(wi, gi); }, w, g);
  }
  const bool first = !s.momentum_buffer;
  start_at_zero(s.momentum_buffer, w);
  update_linear(
      LinearForm::one_pass, "SGD",
      [rule = *this, rate, descent, first](auto& wi, auto gi, auto& b) {
        auto d = descent(wi, gi);
        if (rule.lr_in_buffer) {
          d = rate * d;
        }
        if (first) {
          b = d;
        } else {
          b = rule.momentum * b + (1 - rule.dampening) * d;
        }
        auto move = b;
        if (rule.nesterov) {
          move = d + rule.momentum * b;
        }
        if (rule.lr_in_buffer) {
          wi -= move;
        } else {
          wi -= rate * move;
        }
      },
      w, g, s.momentum_buffer);
}

}  // namespace gradus::optim
