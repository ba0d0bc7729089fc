#pragma once
// SGD, Adagrad, RMSprop, Adadelta, Rprop and Lion once more: see rule_reference.h.
#include <gradus/optim/adadelta.h>
#include <gradus/optim/adagrad.h>
#include <gradus/optim/lion.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/rprop.h>
#include <gradus/optim/sgd.h>

#include <algorithm>

#include "support/rules/reference_state.h"

namespace gradus::test {

inline void reference_step(const optim::SGD& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  const bool first = !s.has("momentum_buffer");
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = decayed(o, p[i], o.maximize ? -gradient[i] : gradient[i]);
    const Real mu = double(o.momentum);
    if (mu == 0) {
      p[i] -= Real(o.lr) * g;
      continue;
    }
    Real& buffer = s.slot("momentum_buffer", p.size())[i];
    const Real added = o.lr_in_buffer ? Real(o.lr) * g : g;
    buffer = first ? added : mu * buffer + (1 - Real(o.dampening)) * added;
    const Real move = o.nesterov ? added + mu * buffer : buffer;
    p[i] -= o.lr_in_buffer ? move : Real(o.lr) * move;
  }
}

inline void reference_step(const optim::Adagrad& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  Reals& sum = s.slot("sum", p.size(), double(o.initial_accumulator_value));
  const Real rate = Real(o.lr) / (1 + Real(s.t - 1) * Real(o.lr_decay));
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = decayed(o, p[i], gradient[i]);
    sum[i] += g * g;
    const Real eps = double(o.eps);
    p[i] -= rate * g / (o.eps_in_root ? std::sqrt(sum[i] + eps) : std::sqrt(sum[i]) + eps);
  }
}

inline void reference_step(const optim::RMSprop& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  const Real alpha = double(o.alpha), eps = double(o.eps), lr = double(o.lr);
  Reals& v = s.slot("square_avg", p.size(), double(o.initial_square));
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = decayed(o, p[i], gradient[i]);
    v[i] = alpha * v[i] + (1 - alpha) * g * g;
    Real variance = v[i];
    if (o.centered) {
      Real& a = s.slot("grad_avg", p.size())[i];
      a = alpha * a + (1 - alpha) * g;
      variance -= a * a;
    }
    const Real root = o.eps_in_root ? std::sqrt(variance + eps) : std::sqrt(variance) + eps;
    if (o.momentum == 0) {
      p[i] -= lr * g / root;
      continue;
    }
    Real& buffer = s.slot("momentum_buffer", p.size())[i];
    buffer = Real(o.momentum) * buffer + (o.lr_in_buffer ? lr : 1) * g / root;
    p[i] -= o.lr_in_buffer ? buffer : lr * buffer;
  }
}

inline void reference_step(const optim::Adadelta& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  const Real rho = double(o.rho), eps = double(o.eps);
  Reals& v = s.slot("square_avg", p.size());
  Reals& u = s.slot("acc_delta", p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = decayed(o, p[i], gradient[i]);
    v[i] = rho * v[i] + (1 - rho) * g * g;
    const Real delta = std::sqrt(u[i] + eps) / std::sqrt(v[i] + eps) * g;
    u[i] = rho * u[i] + (1 - rho) * delta * delta;
    p[i] -= Real(o.lr) * delta;
  }
}

// The step sizes start at lr; each is multiplied by eta_plus, eta_minus or 1 and kept in its range.
inline void reference_step(const optim::Rprop& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  Reals& before = s.slot("prev", p.size());
  Reals& size = s.slot("step_size", p.size(), double(o.lr));
  for (std::size_t i = 0; i < p.size(); ++i) {
    Real g = gradient[i];
    const Real product = g * before[i];
    if (product > 0) {
      size[i] *= Real(o.eta_plus);
    } else if (product < 0) {
      size[i] *= Real(o.eta_minus);
      g = 0;
    }
    size[i] = std::clamp<Real>(size[i], double(o.step_size_min), double(o.step_size_max));
    p[i] -= sign_of(g) * size[i];
    before[i] = sign_of(g);
  }
}

inline void reference_step(const optim::Lion& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  const Real beta1 = double(o.beta1), beta2 = double(o.beta2);
  Reals& m = s.slot("m", p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = decayed(o, p[i], gradient[i]);
    p[i] -= Real(o.lr) * sign_of(beta1 * m[i] + (1 - beta1) * g);
    m[i] = beta2 * m[i] + (1 - beta2) * g;
  }
}

}  // namespace gradus::test
