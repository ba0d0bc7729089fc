#pragma once
// The rules that update each element by itself written down a second time, in long double and one
// number at a time, from the definitions of the papers and PyTorch's conventions:
//
//   reference_step(rule, p, gradient, state)     updates p and the state
//
// State is kept under the names that the rule gives to its own.
#include "support/rules/reference_adam.h"
#include "support/rules/reference_descent.h"

namespace gradus::test {

/// Whether gradient g would bring element i, now at p, close to where the rule's formula jumps or
/// loses all its digits: the sign of a number near 0, the root of the difference of two nearly
/// equal ones.
template <class R>
bool near_edge(const R&, Real, Real, ReferenceState&, std::size_t, std::size_t) {
  return false;
}
inline bool near_edge(const optim::Lion& o, Real p, Real g, ReferenceState& s, std::size_t i,
                      std::size_t n) {
  g = decayed(o, p, g);
  return std::fabs(Real(o.beta1) * s.slot("m", n)[i] + (1 - Real(o.beta1)) * g) < 1e-3L;
}
inline bool near_edge(const optim::RMSprop& o, Real p, Real g, ReferenceState& s, std::size_t i,
                      std::size_t n) {
  if (!o.centered) {
    return false;
  }
  g = decayed(o, p, g);
  const Real alpha = double(o.alpha);
  const Real v = alpha * s.slot("square_avg", n, double(o.initial_square))[i] + (1 - alpha) * g * g;
  const Real a = alpha * s.slot("grad_avg", n)[i] + (1 - alpha) * g;
  return v - a * a < 0.3L * v;
}

}  // namespace gradus::test
