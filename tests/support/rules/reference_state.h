#pragma once
// What the rules written down a second time work on: numbers in long double, state by name.
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

  bool has(const std::string& name) const { return values.contains(name); }
  /// The n numbers of that name, made with `start` the first time.
  Reals& slot(const std::string& name, std::size_t n, Real start = 0) {
    return values.try_emplace(name, Reals(n, start)).first->second;
  }
};

/// Decays p, or returns the gradient with the decay in it.
template <class R>
Real decayed(const R& o, Real& p, Real g) {
  if (!o.decoupled_weight_decay) {
    return g + Real(o.weight_decay) * p;
  }
  p -= Real(o.lr) * Real(o.weight_decay) * p;
  return g;
}

inline Real sign_of(Real x) { return Real((x > 0) - (x < 0)); }

}  // namespace gradus::test
