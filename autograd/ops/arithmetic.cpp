#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/core/reduce.h>

namespace gradus {

using core::sum_to;

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
    if (dx.wanted(1)) {      // db = -dy
      dx[1] = map(
          "sub", [](auto g) { return -g; }, sum_to(dy, sb));
    }
  });
}

Tensor mul(const Tensor& a, const Tensor& b) {
  const auto product = [](auto x, auto z) { return x * z; };
  return record(map("mul", product, a, b), "mul", {a, b},
                [a = Saved(a), b = Saved(b), product](const Tensor& dy, Grads& dx) {
                  if (dx.wanted(0)) {  // da = b dy
                    dx[0] = sum_to(map("mul", product, dy, *b), (*a).shape());
                  }
                  if (dx.wanted(1)) {  // db = a dy
                    dx[1] = sum_to(map("mul", product, dy, *a), (*b).shape());
                  }
                });
}

Tensor div(const Tensor& a, const Tensor& b) {
  const auto quotient = [](auto x, auto z) { return x / z; };
  return record(map("div", quotient, a, b), "div", {a, b},
                [a = Saved(a), b = Saved(b), quotient](const Tensor& dy, Grads& dx) {
                  if (dx.wanted(0)) {  // da = dy / b
                    dx[0] = sum_to(map("div", quotient, dy, *b), (*a).shape());
                  }
                  if (dx.wanted(1)) {  // db = -a dy / b^2
                    const auto formula = [](auto g, auto x, auto z) { return -(g / z) * (x / z); };
                    dx[1] = sum_to(map("div", formula, dy, *a, *b), (*b).shape());
                  }
                });
}

Tensor add(const Tensor& a, double b) {
  return record(map(
                    "add", [b](auto x) { return x + b; }, a),
                "add", {a}, [](const Tensor& dy, Grads& dx) { dx[0] = dy; });
}

Tensor mul(const Tensor& a, double b) {
  const auto scaled = [b](auto x) { return x * b; };
  return record(map("mul", scaled, a), "mul", {a},
                [scaled](const Tensor& dy, Grads& dx) { dx[0] = map("mul", scaled, dy); });
}

Tensor div(const Tensor& a, double b) {
  const auto quotient = [b](auto x) { return x / b; };
  return record(map("div", quotient, a), "div", {a},
                [quotient](const Tensor& dy, Grads& dx) { dx[0] = map("div", quotient, dy); });
}

Tensor sub(double a, const Tensor& b) {
  return record(map(
                    "sub", [a](auto x) { return a - x; }, b),
                "sub", {b}, [](const Tensor& dy, Grads& dx) {
                  dx[0] = map(
                      "sub", [](auto g) { return -g; }, dy);
                });
}

Tensor div(double a, const Tensor& b) {
  return map_from_input(
      "div", b, [a](auto x) { return a / x; },
      [a](auto x, auto dy) { return -(dy / x) * (a / x); });  // d(a/x) = -a / x^2
}

}  // namespace gradus
