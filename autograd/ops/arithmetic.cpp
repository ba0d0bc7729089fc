#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/core/representable.h>

namespace gradus {
namespace {

// f(x, number) of each element of i64, which no derivative reaches.
template <class F>
Tensor of_whole(const char* name, const Tensor& x, double number, F f) {
  require_representable(name, number, i64);
  const auto b = static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
  const Tensor dense = x.dense();
  Tensor y = empty_like(dense);
  const auto* from = dense.data<std::int64_t>();
  auto* to = y.mutable_data<std::int64_t>();
  for (Index i = 0; i < dense.numel(); ++i) {
    to[i] = static_cast<std::int64_t>(f(static_cast<std::uint64_t>(from[i]), b));
  }
  return y;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  Tensor y = map(
      "add", [](auto x, auto z) { return x + z; }, a, b);
  return record(std::move(y), "add", {a, b},
                [sa = a.shape(), sb = b.shape()](const Tensor& dy, Grads& dx) {
                  if (dx.wanted(0)) {
                    dx[0] = sum_to(dy, sa);  // da = dy
                  }
                  if (dx.wanted(1)) {
                    dx[1] = sum_to(dy, sb);  // db = dy
                  }
                });
}

Tensor sub(const Tensor& a, const Tensor& b) {
  Tensor y = map(
      "sub", [](auto x, auto z) { return x - z; }, a, b);
  return record(std::move(y), "sub", {a, b},
                [sa = a.shape(), sb = b.shape()](const Tensor& dy, Grads& dx) {
                  dx[0] = sum_to(dy, sa);  // da = dy
                  if (dx.wanted(1)) {
                    dx[1] = -sum_to(dy, sb);  // db = -dy
                  }
                });
}

Tensor mul(const Tensor& a, const Tensor& b) {
  Tensor y = map(
      "mul", [](auto x, auto z) { return x * z; }, a, b);
  return record(std::move(y), "mul", {a, b},
                [a = Saved(a), b = Saved(b)](const Tensor& dy, Grads& dx) {
                  if (dx.wanted(0)) {
                    dx[0] = sum_to(dy * *b, (*a).shape());  // da = b dy
                  }
                  if (dx.wanted(1)) {
                    dx[1] = sum_to(dy * *a, (*b).shape());  // db = a dy
                  }
                });
}

Tensor div(const Tensor& a, const Tensor& b) {
  Tensor y = map(
      "div", [](auto x, auto z) { return x / z; }, a, b);
  return record(
      std::move(y), "div", {a, b}, [a = Saved(a), b = Saved(b)](const Tensor& dy, Grads& dx) {
        if (dx.wanted(0)) {
          dx[0] = sum_to(dy / *b, (*a).shape());  // da = dy / b
        }
        if (dx.wanted(1)) {
          const auto derivative = [](auto x, auto z, auto g) { return -(g / z) * (x / z); };
          dx[1] =
              sum_to(derivative_of("div", derivative, dy, *a, *b), (*b).shape());  // -a dy / b^2
        }
      });
}

Tensor add(const Tensor& a, double b) {
  if (a.dtype() == i64) {
    return of_whole("add", a, b, [](auto x, auto z) { return x + z; });
  }
  return record(map(
                    "add", [b](auto x) { return x + b; }, a),
                "add", {a}, [](const Tensor& dy, Grads& dx) { dx[0] = dy; });
}

Tensor sub(const Tensor& a, double b) {
  if (a.dtype() == i64) {
    return of_whole("sub", a, b, [](auto x, auto z) { return x - z; });
  }
  return record(map(
                    "sub", [b](auto x) { return x - b; }, a),
                "sub", {a}, [](const Tensor& dy, Grads& dx) { dx[0] = dy; });
}

Tensor neg(const Tensor& a) {
  if (a.dtype() == i64) {
    return of_whole("neg", a, 0, [](auto x, auto z) { return z - x; });
  }
  return record(map(
                    "neg", [](auto x) { return -x; }, a),
                "neg", {a}, [](const Tensor& dy, Grads& dx) { dx[0] = -dy; });
}

Tensor mul(const Tensor& a, double b) {
  if (a.dtype() == i64) {
    return of_whole("mul", a, b, [](auto x, auto z) { return x * z; });
  }
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
  if (b.dtype() == i64) {
    return of_whole("sub", b, a, [](auto x, auto z) { return z - x; });
  }
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
