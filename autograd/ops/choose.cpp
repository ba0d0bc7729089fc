#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/core/representable.h>

#include <limits>

namespace gradus {
namespace {

Tensor number(const char* where, double value, Dtype dtype) {
  require_representable(where, value, dtype);
  return full({}, value, dtype);
}

}  // namespace

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return record(
      core::where(condition, a, b), "where", {a, b},
      [c = Saved(condition), sa = a.shape(), sb = b.shape()](const Tensor& dy, Grads& dx) {
        if (dx.wanted(0)) {  // da = dy where the condition holds, otherwise 0
          dx[0] = sum_to(where(*c, dy, 0), sa);
        }
        if (dx.wanted(1)) {
          dx[1] = sum_to(where(*c, 0, dy), sb);
        }
      });
}
Tensor where(const Tensor& condition, const Tensor& a, double b) {
  return where(condition, a, number("where", b, a.dtype()));
}
Tensor where(const Tensor& condition, double a, const Tensor& b) {
  return where(condition, number("where", a, b.dtype()), b);
}
Tensor where(const Tensor& condition, double a, double b, Dtype dtype) {
  return core::where(condition, number("where", a, dtype), number("where", b, dtype));
}

Tensor maximum(const Tensor& a, const Tensor& b) {
  return map_pair(
      "maximum", a, b, [](auto x, auto z) { return max(x, z); },
      [](auto x, auto z, auto dy) {  // da = dy where a > b, dy / 2 where a = b
        return where(x < z, decltype(dy)(0.0), where(x == z, 0.5 * dy, dy));
      },
      [](auto x, auto z, auto dy) {  // db likewise
        return where(x > z, decltype(dy)(0.0), where(x == z, 0.5 * dy, dy));
      });
}

Tensor minimum(const Tensor& a, const Tensor& b) {
  return map_pair(
      "minimum", a, b, [](auto x, auto z) { return min(x, z); },
      [](auto x, auto z, auto dy) {  // da = dy where a < b, dy / 2 where a = b
        return where(x > z, decltype(dy)(0.0), where(x == z, 0.5 * dy, dy));
      },
      [](auto x, auto z, auto dy) {  // db likewise
        return where(x < z, decltype(dy)(0.0), where(x == z, 0.5 * dy, dy));
      });
}

Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high) {
  require(low || high,
          "clamp: a bound must be given, got neither low nor high for a tensor of "
          "shape ",
          x.shape());
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double lo = low.value_or(-kInfinity);
  const double hi = high.value_or(kInfinity);
  return map_from_input(
      "clamp", x, [lo, hi](auto a) { return min(max(a, decltype(a)(lo)), decltype(a)(hi)); },
      [lo, hi](auto a, auto dy) {
        using T = decltype(a);
        return where(a >= T(lo) && a <= T(hi), dy, T(0.0));
      });
}

}  // namespace gradus
