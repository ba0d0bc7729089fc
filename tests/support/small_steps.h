#pragma once
// Steps of a rule on small f64 tensors, for values by hand.
#include <gradus/core/elementwise.h>
#include <gradus/optim/optimizer.h>
#include <gtest/gtest.h>

#include <vector>

namespace gradus::test {

inline Tensor doubles(const std::vector<double>& values, const Shape& shape) {
  return from_vector(values, shape);
}
inline Tensor vector_of(const std::vector<double>& values) {
  return doubles(values, {static_cast<Index>(values.size())});
}

/// w after one step by each gradient.
template <class R>
Tensor after(const R& rule, const Tensor& start, const std::vector<Tensor>& gradients) {
  Tensor w = start.clone();
  w.set_requires_grad();
  optim::Optimizer opt({{"w", w}}, rule);
  for (const Tensor& g : gradients) {
    w.set_grad(g);
    opt.step();
  }
  return w.detach();
}

inline void expect_near(const Tensor& x, const std::vector<double>& expected, double error) {
  const std::vector<double> found = x.to_vector<double>();
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], error) << "element " << i;
  }
}

inline Tensor difference(const Tensor& a, const Tensor& b) {
  Tensor result = a.clone();
  core::elementwise(
      "difference", [](auto& x, auto y) { x -= y; }, result, b);
  return result;
}

}  // namespace gradus::test
