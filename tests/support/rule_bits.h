#pragma once
// What is compared after the steps of a rule: numbers in long double, units of f32, bits.
#include <gradus/core/tensor.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "support/rule_reference.h"

namespace gradus::test {

template <class T>
Reals reals(const Tensor& x) {
  const std::vector<T> values = x.to_vector<T>();
  return {values.begin(), values.end()};
}

/// The unit of the last place of x as f32.
inline Real ulp(Real x) {
  const auto f = static_cast<float>(std::fabs(x));
  return std::nextafter(f, std::numeric_limits<float>::infinity()) - f;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace gradus::test
