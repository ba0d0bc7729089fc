#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/map.h>

namespace gradus {

Tensor add(const Tensor& a, const Tensor& b) {
  const Tensor y = map(
      "add", [](auto x, auto z) { return x + z; }, a, b);
  return record(y, "add", {a, b}, [sa = a.shape(), sb = b.shape()](const Tensor& dy, Grads& dx) {
    dx[0] = sum_to(dy, sa);  // da = dy
    dx[1] = sum_to(dy, sb);  // db = dy
  });
}

Tensor sub(const Tensor& a, const Tensor& b) {
  const Tensor y = map(
      "sub", [](auto x, auto z) { return x - z; }, a, b);
  return record(y, "sub", {a, b}, [sa = a.shape(), sb = b.shape()](const Tensor& dy, Grads& dx) {
    dx[0] = sum_to(dy, sa);  // da = dy
    if (dx.wanted(1)) {
      dx[1] = -sum_to(dy, sb);  // db = -dy
    }
  });
}

Tensor mul(const Tensor& a, const Tensor& b) {
  return map_pair(
      "mul", a, b, [](auto x, auto z) { return x * z; },
      [](auto, auto z, auto dy) { return z * dy; },   // da = b dy
      [](auto x, auto, auto dy) { return x * dy; });  // db = a dy
}

Tensor div(const Tensor& a, const Tensor& b) {
  return map_pair(
      "div", a, b, [](auto x, auto z) { return x / z; },
      [](auto, auto z, auto dy) { return dy / z; },                  // da = dy / b
      [](auto x, auto z, auto dy) { return -(dy / z) * (x / z); });  // db = -a dy / b^2
}

Tensor add(const Tensor& a, double b) {
  return record(map(
                    "add", [b](auto x) { return x + b; }, a),
                "add", {a}, [](const Tensor& dy, Grads& dx) { dx[0] = dy; });
}

Tensor mul(const Tensor& a, double b) {
  return record(map(
                    "mul", [b](auto x) { return x * b; }, a),
                "mul", {a}, [b](const Tensor& dy, Grads& dx) { dx[0] = dy * b; });
}

Tensor div(const Tensor& a, double b) {
  return record(map(
                    "div", [b](auto x) { return x / b; }, a),
                "div", {a}, [b](const Tensor& dy, Grads& dx) { dx[0] = dy / b; });
}

Tensor sub(double a, const Tensor& b) {
  return record(map(
                    "sub", [a](auto x) { return a - x; }, b),
                "sub", {b}, [](const Tensor& dy, Grads& dx) { dx[0] = -dy; });
}

Tensor div(double a, const Tensor& b) {
  return map_from_input(
      "div", b, [a](auto x) { return a / x; },
      [a](auto x, auto dy) { return -(dy / x) * (a / x); });  // d(a/x) = -a / x^2
}

}  // namespace gradus
