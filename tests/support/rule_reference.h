#pragma once
// The update rules written down a second time, in long double and one number at a time, from the
// definitions of the papers and PyTorch's conventions.  State is kept by name.
#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace gradus::test {

using Real = long double;
using Reals = std::vector<Real>;
using NamedReals = std::map<std::string, Reals>;

struct ReferenceState {
  long t = 0;  ///< steps taken
  NamedReals values;

  Real& at(const std::string& name, std::size_t i, std::size_t n) {
    Reals& all = values[name];
    all.resize(n, 0);
    return all[i];
  }
};

inline void reference_step(const optim::SGD& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  for (std::size_t i = 0; i < p.size(); ++i) {
    Real g = o.maximize ? -gradient[i] : gradient[i];
    g += o.weight_decay * p[i];
    if (o.momentum != 0) {
      Real& buffer = s.at("momentum_buffer", i, p.size());
      buffer = s.t == 1 ? g : o.momentum * buffer + (1 - Real(o.dampening)) * g;
      g = o.nesterov ? g + o.momentum * buffer : buffer;
    }
    p[i] -= o.lr * g;
  }
}

inline void reference_step(const optim::RMSprop& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = gradient[i] + o.weight_decay * p[i];
    Real& v = s.at("square_avg", i, p.size());
    v = o.alpha * v + (1 - Real(o.alpha)) * g * g;
    Real divisor = std::sqrt(v) + o.eps;
    if (o.centered) {
      Real& a = s.at("grad_avg", i, p.size());
      a = o.alpha * a + (1 - Real(o.alpha)) * g;
      divisor = std::sqrt(std::max<Real>(v - a * a, 0)) + o.eps;
    }
    Real move = g / divisor;
    if (o.momentum > 0) {
      Real& buffer = s.at("momentum_buffer", i, p.size());
      buffer = o.momentum * buffer + move;
      move = buffer;
    }
    p[i] -= o.lr * move;
  }
}

inline void reference_step(const optim::Adam& o, Reals& p, const Reals& gradient,
                           ReferenceState& s) {
  ++s.t;
  const Real correction1 = 1 - std::pow(Real(o.beta1), s.t);
  const Real correction2 = 1 - std::pow(Real(o.beta2), s.t);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Real g = gradient[i] + o.weight_decay * p[i];
    Real& m = s.at("m", i, p.size());
    Real& v = s.at("v", i, p.size());
    m = o.beta1 * m + (1 - Real(o.beta1)) * g;
    v = o.beta2 * v + (1 - Real(o.beta2)) * g * g;
    Real second = v;
    if (o.amsgrad) {
      Real& largest = s.at("v_max", i, p.size());
      largest = std::max(largest, v);
      second = largest;
    }
    p[i] -= o.lr * (m / correction1) / (std::sqrt(second / correction2) + o.eps);
  }
}

}  // namespace gradus::test
