#include <gradus/core/elementwise.h>
#include <gradus/optim/linear_update.h>
#include <gradus/optim/sgd.h>

namespace gradus::optim {

void SGD::check() const {
  require_at_least_zero(name, "lr", lr);
  require_at_least_zero(name, "momentum", momentum);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require(std::isfinite(dampening), name, ": dampening must be finite, got ", dampening);
  require(!nesterov || (momentum > 0 && dampening == 0), name,
          ": nesterov needs momentum above 0 and dampening 0, got ", momentum, " and ", dampening);
}

void SGD::update(Index, Tensor& w, const Tensor& g, State& s) const {
  const SGD rule = *this;
  const double towards = maximize ? -1 : 1;
  const auto descent = [rule, towards](const auto& wi, const auto& gi) {
    auto d = towards * gi;
    if (rule.weight_decay != 0) {
      d += rule.weight_decay * wi;
    }
    return d;
  };
  if (momentum == 0) {
    if (weight_decay == 0) {
      return axpy_blas(-lr * towards, g, w);
    }
    core::elementwise(
        "SGD", [rule, descent](auto& wi, auto gi) { wi -= rule.lr * descent(wi, gi); }, w, g);
    return;
  }
  const bool first = !s.momentum_buffer;
  start_at_zero(s.momentum_buffer, w);
  core::elementwise(
      "SGD",
      [rule, descent, first](auto& wi, auto gi, auto& b) {
        const auto d = descent(wi, gi);
        if (first) {
          b = d;
        } else {
          b = rule.momentum * b + (1 - rule.dampening) * d;
        }
        if (rule.nesterov) {
          wi -= rule.lr * (d + rule.momentum * b);
        } else {
          wi -= rule.lr * b;
        }
      },
      w, g, s.momentum_buffer);
}

}  // namespace gradus::optim
