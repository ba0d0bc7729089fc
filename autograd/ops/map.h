#pragma once
// What element-wise ops share: an op is its formula and its derivative, side by side, both written
// for one number.
#include <gradus/autograd/node.h>
#include <gradus/core/elementwise.h>

namespace gradus {

/// The formula's values over the broadcast operands.
template <class F, class... Tensors>
Tensor map(const char* name, const F& formula, const Tensor& a, const Tensors&... rest) {
  Shape shape = a.shape();
  ((shape = shape == rest.shape() ? shape : broadcast_shapes(name, shape, rest.shape())), ...);
  Tensor y(shape, a.dtype());
  core::elementwise(
      name, [formula](auto& out, const auto&... x) { out = formula(x...); }, y, a, rest...);
  return y;
}

/// y = formula(x), dx = derivative(x, dy).
template <class F, class D>
Tensor map_from_input(const char* name, const Tensor& x, F formula, D derivative) {
  return record(map(name, formula, x), name, {x},
                [name, x = Saved(x), derivative](const Tensor& dy, Grads& dx) {
                  dx[0] = map(name, derivative, *x, dy);
                });
}

/// y = formula(x), dx = derivative(y, dy), for functions whose derivative is simplest in their
/// value.
template <class F, class D>
Tensor map_from_output(const char* name, const Tensor& x, F formula, D derivative) {
  const Tensor y = map(name, formula, x);
  return record(y, name, {x}, [name, y = Saved(y), derivative](const Tensor& dy, Grads& dx) {
    dx[0] = map(name, derivative, *y, dy);
  });
}

}  // namespace gradus
