#include <gradus/core/elementwise.h>
#include <gradus/optim/rmsprop.h>

namespace gradus::optim {

void RMSprop::check() const {
  require_at_least_zero(name, "lr", lr);
  require_share(name, "alpha", alpha);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require_at_least_zero(name, "momentum", momentum);
}

void RMSprop::update(Index, Tensor& w, const Tensor& g, State& s) const {
  const RMSprop rule = *this;
  start_at_zero(s.square_avg, w);
  // g / d, and the running means that it needs
  const auto scaled = [rule](const auto& wi, const auto& gi, auto& v, auto&... a) {
    auto gradient = gi;
    if (rule.weight_decay != 0) {
      gradient += rule.weight_decay * wi;
    }
    v = rule.alpha * v + (1 - rule.alpha) * gradient * gradient;
    auto variance = v;
    ((a = rule.alpha * a + (1 - rule.alpha) * gradient), ...);
    ((variance = max(v - a * a, decltype(variance)(0.0))), ...);
    return gradient / (sqrt(variance) + rule.eps);
  };
  const auto plain = [rule, scaled](auto& wi, auto gi, auto& v, auto&... a) {
    wi -= rule.lr * scaled(wi, gi, v, a...);
  };
  const auto heavy = [rule, scaled](auto& wi, auto gi, auto& b, auto& v, auto&... a) {
    b = rule.momentum * b + scaled(wi, gi, v, a...);
    wi -= rule.lr * b;
  };
  if (centered) {
    start_at_zero(s.grad_avg, w);
  }
  if (momentum > 0) {
    start_at_zero(s.momentum_buffer, w);
  }
  if (momentum > 0 && centered) {
    core::elementwise("RMSprop", heavy, w, g, s.momentum_buffer, s.square_avg, s.grad_avg);
  } else if (momentum > 0) {
    core::elementwise("RMSprop", heavy, w, g, s.momentum_buffer, s.square_avg);
  } else if (centered) {
    core::elementwise("RMSprop", plain, w, g, s.square_avg, s.grad_avg);
  } else {
    core::elementwise("RMSprop", plain, w, g, s.square_avg);
  }
}

}  // namespace gradus::optim
