#pragma once
// What element-wise ops share: an op is its formula and its derivative, side by side, both written
// for one number.
//
//   Tensor sigmoid(const Tensor& x) {
//     return map_from_output(
//         "sigmoid", x, [](auto a) { return sigmoid(a); },
//         [](auto y, auto dy) { return y * (1.0 - y) * dy; });  // d s = s (1 - s)
//   }
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/recorded.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/elementwise.h>

namespace gradus {

/// y <- the formula's values over the operands, which broadcast to its shape.
template <class F, class... Tensors>
void map_into(Tensor& y, const char* name, const F& formula, const Tensors&... x) {
  core::elementwise(
      name, [formula](auto& out, const auto&... in) { out = formula(in...); }, y, x...);
}

/// The formula's values over the broadcast operands.
template <class F, class... Tensors>
Tensor map(const char* name, const F& formula, const Tensor& a, const Tensors&... rest) {
  Shape shape = a.shape();
  ((shape = shape == rest.shape() ? shape : broadcast_shapes(name, shape, rest.shape())), ...);
  Tensor y(shape, a.dtype());
  map_into(y, name, formula, a, rest...);
  return y;
}

/// derivative(x..., dy), of dy's shape: in one pass, or, while operations record, by recorded
/// operations, so that it has a derivative in turn.
template <class D, class... Tensors>
Tensor derivative_of(const char* name, const D& derivative, const Tensor& dy, const Tensors&... x) {
  if (is_recording()) {
    return Recorded(derivative(Recorded(x)..., Recorded(dy))).as(dy);
  }
  return map(name, derivative, x..., dy);
}

/// The same for the only derivative that sees dy, in whose place it is put if nobody else sees
/// that: a third less memory is moved.
template <class D>
Tensor derivative_in_place(const char* name, const D& derivative, const Tensor& dy,
                           const Tensor& x) {
  if (is_recording() || thread_modes.watchers > 0 || !dy.is_own()) {
    return derivative_of(name, derivative, dy, x);
  }
  Tensor dx = dy;
  map_into(dx, name, derivative, x, dy);
  return dx;
}

/// y = formula(x), dx = derivative(x, dy).
template <class F, class D>
Tensor map_from_input(const char* name, const Tensor& x, F formula, D derivative) {
  return record(map(name, formula, x), name, {x},
                [name, x = Saved(x), derivative](const Tensor& dy, Grads& dx) {
                  dx[0] = derivative_in_place(name, derivative, dy, *x);
                });
}

/// y = formula(x), dx = derivative(y, dy), for functions whose derivative is simplest in their
/// value.
template <class F, class D>
Tensor map_from_output(const char* name, const Tensor& x, F formula, D derivative) {
  const Tensor y = map(name, formula, x);
  return record(y, name, {x}, [name, y = Saved(y), derivative](const Tensor& dy, Grads& dx) {
    dx[0] = derivative_in_place(name, derivative, dy, dx.result(y));
  });
}

/// y = formula(a, b), broadcast, with da = derivative_a(a, b, dy) and db = derivative_b(a, b, dy).
template <class F, class A, class B>
Tensor map_pair(const char* name, const Tensor& a, const Tensor& b, F formula, A derivative_a,
                B derivative_b) {
  return record(
      map(name, formula, a, b), name, {a, b},
      [name, a = Saved(a), b = Saved(b), derivative_a, derivative_b](const Tensor& dy, Grads& dx) {
        if (dx.wanted(0)) {
          dx[0] = sum_to(derivative_of(name, derivative_a, dy, *a, *b), (*a).shape());
        }
        if (dx.wanted(1)) {
          dx[1] = sum_to(derivative_of(name, derivative_b, dy, *a, *b), (*b).shape());
        }
      });
}

}  // namespace gradus
