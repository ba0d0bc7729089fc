#include <gradus/optim/rmsprop.h>
#include <gradus/optim/weight_decay.h>

namespace gradus::optim {

void RMSprop::check() const {
  require_at_least_zero(name, "lr", lr);
  require_share(name, "alpha", alpha);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require_at_least_zero(name, "momentum", momentum);
  require_at_least_zero(name, "initial_square", initial_square);
}

void RMSprop::update(Number, Tensor& w, const Tensor& g, State& s) const {
  const auto divisor = [rule = *this](auto& wi, auto& gi, auto& v, auto&... a) {
    decay_weight(rule, wi, gi);
    v = rule.alpha * v + (1 - rule.alpha) * gi * gi;
    auto variance = v;
    ((a = rule.alpha * a + (1 - rule.alpha) * gi), ...);         // centered
    ((variance = named("variance", max(v - a * a, 0.0))), ...);  // centered
    if (rule.eps_in_root) {
      return named("divisor", sqrt(variance + rule.eps));
    }
    return named("divisor", sqrt(variance) + rule.eps);
  };
  const auto plain = [rule = *this, divisor](auto& wi, auto gi, auto& v, auto&... a) {
    const auto d = divisor(wi, gi, v, a...);
    wi -= named("effective rate", rule.lr / d) * gi;
  };
  const auto heavy = [rule = *this, divisor](auto& wi, auto gi, auto& b, auto& v, auto&... a) {
    const auto d = divisor(wi, gi, v, a...);
    const auto effective = named("effective rate", rule.lr / d);
    if (rule.lr_in_buffer) {
      b = rule.momentum * b + effective * gi;
      wi -= b;
    } else {
      b = rule.momentum * b + gi / d;
      wi -= rule.lr * b;
    }
  };
  start_at(s.square_avg, w, initial_square);
  if (centered) {
    start_at_zero(s.grad_avg, w);
  }
  if (momentum > 0) {
    start_at_zero(s.momentum_buffer, w);
  }
  if (momentum > 0 && centered) {
    update_elements("RMSprop", heavy, w, g, s.momentum_buffer, s.square_avg, s.grad_avg);
  } else if (momentum > 0) {
    update_elements("RMSprop", heavy, w, g, s.momentum_buffer, s.square_avg);
  } else if (centered) {
    update_elements("RMSprop", plain, w, g, s.square_avg, s.grad_avg);
  } else {
    update_elements("RMSprop", plain, w, g, s.square_avg);
  }
}

}  // namespace gradus::optim
