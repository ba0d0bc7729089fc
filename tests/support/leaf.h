#pragma once
// f64 vectors that want a gradient, and the numbers of tensors.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus::test {

inline Tensor leaf(const std::vector<double>& values) {
  return from_vector(values, {static_cast<Index>(values.size())}).set_requires_grad();
}
inline std::vector<double> numbers(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace gradus::test
