#include <gradus/optim/nadam.h>
#include <gradus/optim/weight_decay.h>

#include <limits>

namespace gradus::optim {

void NAdam::check() const {
  require_at_least_zero(name, "lr", lr);
  require_below_one(name, "beta1", beta1);
  require_below_one(name, "beta2", beta2);
  require_at_least_zero(name, "eps", eps);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require_at_least_zero(name, "momentum_decay", momentum_decay);
}

void NAdam::update(Number t, Tensor& w, const Tensor& g, State& s) const {
  const auto mu_at = [this](const Number& step) {
    return beta1 * (1 - 0.5 * pow(0.96, step * momentum_decay));
  };
  // Steps that the parameter did not take while all parameters count together, as in Keras.  Below
  // the normal numbers the product is nothing beside 1; and where those are not flushed to 0, the
  // smallest one times 0.9 is rounded to itself for ever.
  constexpr double kLeast = std::numeric_limits<double>::min();
  for (double step = s.mu_count + 1; step < t && s.mu_product >= kLeast; ++step) {
    s.mu_product *= mu_at(step);
  }
  s.mu_count = double(t);
  const Number mu = named("mu", mu_at(t));
  const Number mu_next = named("mu_next", mu_at(t + 1));
  s.mu_product = named("mu_product", s.mu_product * mu);
  const Number g_share = named("g_share", (1 - mu) / (1 - s.mu_product));
  const Number m_share = named("m_share", mu_next / (1 - s.mu_product * mu_next));
  const Number root = named("root", 1 / sqrt(1 - pow(beta2, t)));
  start_at_zero(s.m, w);
  start_at_zero(s.v, w);
  update_elements(
      "NAdam",
      [rule = *this, g_share, m_share, root](auto& wi, auto gi, auto& m, auto& v) {
        decay_weight(rule, wi, gi);
        m = rule.beta1 * m + (1 - rule.beta1) * gi;
        v = rule.beta2 * v + (1 - rule.beta2) * gi * gi;
        const auto divisor = named("divisor", sqrt(v) * root + rule.eps);
        const auto effective = named("effective rate", rule.lr / divisor);
        wi -= effective * (g_share * gi + m_share * m);
      },
      w, g, s.m, s.v);
}

}  // namespace gradus::optim
