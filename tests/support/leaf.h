#pragma once
// Vectors that want a gradient, and the numbers of tensors.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus::test {

/// In f64.
inline Tensor leaf_of(const std::vector<double>& values) {
  return from_vector(values, {static_cast<Index>(values.size())}).set_requires_grad();
}
/// In f32.
inline Tensor leaf_of_two() { return tensor({1, 2}).set_requires_grad(); }
inline std::vector<double> numbers(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace gradus::test
