#pragma once
// Adam, AdamW, Adamax, NAdam and RAdam once more: see rule_reference.h.
#include <gradus/optim/adam.h>
#include <gradus/optim/adamax.h>
#include <gradus/optim/adamw.h>
#include <gradus/optim/nadam.h>
#include <gradus/optim/radam.h>

#include <algorithm>

#include "support/rules/reference_state.h"

namespace gradus::test {

/// The moments of Adam and their corrections at this step.
struct ReferenceMoments {
  template <class R>
  ReferenceMoments(const R& o, std::size_t n, ReferenceState& s)
      : beta1(double(o.beta1)),
        beta2(double(o.beta2)),
        correction1(1 - std::pow(beta1, Real(s.t))),
        correction2(1 - std::pow(beta2, Real(s.t))),
        m(s.slot("m", n)),
        v(s.slot("v", n)) {}

  void take(std::size_t i, Real g) {
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
  }

  Real beta1, beta2, correction1, correction2;
  Reals& m;
  Reals& v;
};

// The first form of the paper, or the second, with epsilon-hat.
template <class R>
void reference_adam(const R& o, Reals& p, const Reals& gradient, ReferenceState& s, auto decay) {
  ++s.t;
  const Real lr = double(o.lr), eps = double(o.eps);
  ReferenceMoments now(o, p.size(), s);
  for (std::size_t i = 0; i < p.size(); ++i) {
    now.take(i, decay(p[i], gradient[i]));
    Real second = now.v[i];
    if (o.amsgrad) {
      Real& largest = s.slot("v_max", p.size())[i];
      second = largest = std::max(largest, second);
    }
    if (o.eps_before_correction) {
      const Real rate = lr * std::sqrt(now.correction2) / now.correction1;
      p[i] -= rate * now.m[i] / (std::sqrt(second) + eps);
    } else {
      const Real mean = now.m[i] / now.correction1;
      p[i] -= lr * mean / (std::sqrt(second / now.correction2) + eps);
    }
  }
}

inline void reference_step(const optim::Adam& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  reference_adam(o, p, gradient, s, [&](Real& w, Real g) { return decayed(o, w, g); });
}

inline void reference_step(const optim::AdamW& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  reference_adam(o, p, gradient, s, [&](Real& w, Real g) {
    w *= 1 - Real(o.lr) * Real(o.weight_decay);
    return g;
  });
}

inline void reference_step(const optim::Adamax& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  const Real beta1 = double(o.beta1), beta2 = double(o.beta2), eps = double(o.eps);
  Reals& m = s.slot("m", p.size());
  Reals& u = s.slot("u", p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = decayed(o, p[i], gradient[i]);
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    u[i] = std::max(beta2 * u[i], std::fabs(g) + (o.eps_in_max ? eps : 0));
    const Real mean = m[i] / (1 - std::pow(beta1, Real(s.t)));
    p[i] -= Real(o.lr) * mean / (o.eps_in_max ? u[i] : u[i] + eps);
  }
}

// The product of the mu is made anew at each step.
inline void reference_step(const optim::NAdam& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  ReferenceMoments now(o, p.size(), s);
  const auto mu = [&](long t) {
    return now.beta1 * (1 - std::pow(0.96L, Real(t) * Real(o.momentum_decay)) / 2);
  };
  Real product = 1;
  for (long t = 1; t <= s.t; ++t) {
    product *= mu(t);
  }
  s.slot("mu_product", 1)[0] = product;
  s.slot("mu_count", 1)[0] = Real(s.t);
  const Real next = mu(s.t + 1);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = decayed(o, p[i], gradient[i]);
    now.take(i, g);
    const Real mean = next * now.m[i] / (1 - product * next) + (1 - mu(s.t)) * g / (1 - product);
    p[i] -= Real(o.lr) * mean / (std::sqrt(now.v[i] / now.correction2) + Real(o.eps));
  }
}

inline void reference_step(const optim::RAdam& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  ReferenceMoments now(o, p.size(), s);
  const Real longest = 2 / (1 - now.beta2) - 1;
  const Real length = longest - 2 * Real(s.t) * (1 - now.correction2) / now.correction2;
  for (std::size_t i = 0; i < p.size(); ++i) {
    now.take(i, decayed(o, p[i], gradient[i]));
    Real step = now.m[i] / now.correction1;
    if (length > Real(o.rectify_above)) {
      const Real r = std::sqrt((length - 4) / (longest - 4) * ((length - 2) / (longest - 2)) *
                               (longest / length));
      step *= r * std::sqrt(now.correction2) / (std::sqrt(now.v[i]) + Real(o.eps));
    }
    p[i] -= Real(o.lr) * step;
  }
}

}  // namespace gradus::test
