#pragma once
// Parameters with a gradient that is given.
#include <gradus/core/parameter.h>
#include <gradus/core/tensor.h>

#include <string>

namespace gradus::test {

inline Parameter with_gradient(const std::string& name, const Tensor& grad) {
  Parameter p{name, zeros(grad.shape(), grad.dtype()).set_requires_grad()};
  p.tensor.set_grad(grad);
  return p;
}

}  // namespace gradus::test
