#pragma once
// The rules that look at whole tensors written down a second time, in long double with plain loops,
// from the definitions of the papers and the conventions of timm and PyTorch:
//
//   reference_step(rule, shape, p, gradient, state)     updates p and the state
//
// p and the gradient in row-major order; state under the names that the rule gives to its own.
#include <gradus/optim/adafactor.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/muon.h>

#include <algorithm>
#include <limits>

#include "support/rules/reference_state.h"

namespace gradus::test {

inline Real norm_of(const Reals& x) {
  Real sum = 0;
  for (const Real value : x) {
    sum += value * value;
  }
  return std::sqrt(sum);
}
inline Real rms_of(const Reals& x) { return norm_of(x) / std::sqrt(Real(x.size())); }

inline void reference_step(const optim::LARS& o, const std::vector<Index>&, Reals& p,
                           const Reals& gradient, ReferenceState& s) {
  ++s.t;
  const Real lr = double(o.lr), wd = double(o.weight_decay), momentum = double(o.momentum);
  Real ratio = 1;
  if (wd != 0 || o.always_adapt) {
    const Real w_norm = norm_of(p);
    const Real g_norm = norm_of(gradient);
    if (w_norm > 0 && g_norm > 0) {
      ratio = Real(o.trust_coefficient) * w_norm / (g_norm + w_norm * wd + Real(o.eps));
    }
    if (o.trust_clip) {
      ratio = std::min<Real>(ratio / lr, 1);
    }
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    Real move = (gradient[i] + wd * p[i]) * ratio;
    if (momentum != 0) {
      Real& b = s.slot("momentum_buffer", p.size())[i];
      b = s.t == 1 ? move : momentum * b + (1 - Real(o.dampening)) * move;
      move = o.nesterov ? move + momentum * b : b;
    }
    p[i] -= lr * move;
  }
}

inline void reference_step(const optim::LAMB& o, const std::vector<Index>&, Reals& p,
                           const Reals& gradient, ReferenceState& s) {
  ++s.t;
  const Real lr = double(o.lr), wd = double(o.weight_decay);
  const Real beta1 = double(o.beta1), beta2 = double(o.beta2);
  const Real correction1 = o.bias_correction ? 1 - std::pow(beta1, Real(s.t)) : 1;
  const Real correction2 = o.bias_correction ? 1 - std::pow(beta2, Real(s.t)) : 1;
  Reals& m = s.slot("m", p.size());
  Reals& v = s.slot("v", p.size());
  Reals r(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = gradient[i];
    m[i] = beta1 * m[i] + (o.grad_averaging ? 1 - beta1 : 1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    r[i] = m[i] / correction1 / (std::sqrt(v[i] / correction2) + Real(o.eps));
    if (o.decoupled_weight_decay) {
      p[i] -= lr * wd * p[i];
    } else {
      r[i] += wd * p[i];
    }
  }
  Real ratio = 1;
  if (wd != 0 || o.always_adapt) {
    const Real w_norm = norm_of(p);
    const Real r_norm = norm_of(r);
    ratio = w_norm > 0 && r_norm > 0 ? w_norm / r_norm : 1;
    ratio = o.trust_clip ? std::min<Real>(ratio, 1) : ratio;
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] -= lr * ratio * r[i];
  }
}

// `single` where the parameter is f32: it decides the machine epsilon.
inline void reference_step(const optim::Adafactor& o, const std::vector<Index>& shape, Reals& p,
                           const Reals& gradient, ReferenceState& s, bool single) {
  ++s.t;
  const Real t = Real(s.t), lr = double(o.lr);
  const Real beta2 = 1 - std::pow(t, Real(o.beta2_decay));
  const auto decay = [&] {
    for (Real& w : p) {
      w -= lr * Real(o.weight_decay) * w;
    }
  };
  if (o.decay_first) {
    decay();
  }
  const Real alpha = std::max<Real>(double(o.eps2), rms_of(p)) * std::min(lr, 1 / std::sqrt(t));
  const Real machine = single ? Real(std::numeric_limits<float>::epsilon())
                              : Real(std::numeric_limits<double>::epsilon());
  const Real eps1 = o.eps1 < 0 ? machine : Real(o.eps1);
  const Real added = o.eps1_in_square ? eps1 : 0;
  const Real least = o.eps1_in_square ? 0 : eps1;
  Reals d(p.size());
  if (shape.size() < 2) {
    Reals& v = s.slot("square_avg", p.size());
    for (std::size_t i = 0; i < p.size(); ++i) {
      v[i] = beta2 * v[i] + (1 - beta2) * (gradient[i] * gradient[i] + added);
      d[i] = std::max(std::sqrt(v[i]), least);
    }
  } else {
    const auto n = static_cast<std::size_t>(shape[shape.size() - 2]);
    const auto m = static_cast<std::size_t>(shape[shape.size() - 1]);
    const std::size_t matrices = p.size() / (n * m);
    Reals& rows = s.slot("row_mean", matrices * n);
    Reals& columns = s.slot("column_mean", matrices * m);
    for (std::size_t k = 0; k < matrices; ++k) {
      const auto square = [&](std::size_t i, std::size_t j) {
        const Real g = gradient[(k * n + i) * m + j];
        return g * g + added;
      };
      Real whole = 0;
      for (std::size_t i = 0; i < n; ++i) {
        Real sum = 0;
        for (std::size_t j = 0; j < m; ++j) {
          sum += square(i, j);
        }
        Real& row = rows[k * n + i];
        row = beta2 * row + (1 - beta2) * sum / Real(m);
        whole += row / Real(n);
      }
      for (std::size_t j = 0; j < m; ++j) {
        Real sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
          sum += square(i, j);
        }
        Real& column = columns[k * m + j];
        column = beta2 * column + (1 - beta2) * sum / Real(n);
        for (std::size_t i = 0; i < n; ++i) {
          const Real v = rows[k * n + i] * column / std::max(whole, least);
          d[(k * n + i) * m + j] = std::max(std::sqrt(v), least);
        }
      }
    }
  }
  Reals u(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    u[i] = (o.maximize ? -gradient[i] : gradient[i]) / d[i];
  }
  const Real clip = std::max<Real>(1, rms_of(u) / Real(o.clip_threshold));
  if (!o.decay_first) {
    decay();
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] -= alpha * u[i] / clip;
  }
}

// c [n, m] = a [n, k] b [k, m]
inline Reals multiply(const Reals& a, const Reals& b, std::size_t n, std::size_t k, std::size_t m) {
  Reals c(n * m, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t l = 0; l < k; ++l) {
      for (std::size_t j = 0; j < m; ++j) {
        c[i * m + j] += a[i * k + l] * b[l * m + j];
      }
    }
  }
  return c;
}
inline Reals transposed(const Reals& a, std::size_t n, std::size_t m) {
  Reals b(n * m);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j) {
      b[j * n + i] = a[i * m + j];
    }
  }
  return b;
}

inline void reference_step(const optim::Muon& o, const std::vector<Index>& shape, Reals& p,
                           const Reals& gradient, ReferenceState& s) {
  ++s.t;
  const Real lr = double(o.lr), mu = double(o.momentum), eps = double(o.eps);
  const Real share = o.sum_momentum ? 1 : 1 - mu;
  Reals& b = s.slot("momentum_buffer", p.size());
  Reals x(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    b[i] = mu * b[i] + share * gradient[i];
    x[i] = o.nesterov ? share * gradient[i] + mu * b[i] : b[i];
  }
  const Real norm = o.add_eps ? norm_of(x) + eps : std::max(norm_of(x), eps);
  for (Real& value : x) {
    value /= norm;
  }
  auto n = static_cast<std::size_t>(shape[0]);
  std::size_t m = p.size() / n;
  const Real rows = Real(n), columns = Real(m);
  const bool tall = n > m;
  if (tall) {
    x = transposed(x, n, m);
    std::swap(n, m);
  }
  for (Index k = 0; k < o.newton_schulz_steps; ++k) {
    const Reals square = multiply(x, transposed(x, n, m), n, m, n);
    Reals powers = multiply(square, square, n, n, n);
    for (std::size_t i = 0; i < powers.size(); ++i) {
      powers[i] = Real(o.b) * square[i] + Real(o.c) * powers[i];
    }
    const Reals bent = multiply(powers, x, n, n, m);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = Real(o.a) * x[i] + bent[i];
    }
  }
  x = tall ? transposed(x, n, m) : x;
  const Real scale = o.matched_rms > 0 ? Real(o.matched_rms) * std::sqrt(std::max(rows, columns))
                                       : std::sqrt(std::max<Real>(1, rows / columns));
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] -= lr * Real(o.weight_decay) * p[i];
    p[i] -= lr * scale * x[i];
  }
}

}  // namespace gradus::test
