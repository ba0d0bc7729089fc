#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/autograd/ops/view.h>

#include <cmath>

namespace gradus {

// Of numbers, beside those of tensors.
using std::abs;
using std::exp;
using std::log;
using std::pow;
using std::sqrt;
using std::tanh;

namespace {

// The ones and zeros of a comparison, broadcast.
template <class F>
Tensor ones_where(F holds, const Tensor& a, const Tensor& b) {
  const NoGrad constant;
  return map(
      "compare",
      [holds](auto x, auto z) { return where(holds(x, z), decltype(x)(1.0), decltype(x)(0.0)); }, a,
      b);
}

// One tensor of a pair that may be a number: of the other's dtype, without dimensions.
Tensor tensor_of(const Tensor& x, double number, const Tensor& other) {
  return x ? x : full({}, number, other.dtype());
}

}  // namespace

Tensor Recorded::as(const Tensor& like) const {
  if (!tensor_) {
    return full(like.shape(), number_, like.dtype());
  }
  return tensor_.shape() == like.shape() ? tensor_ : expand(tensor_, like.shape());
}

template <class F>
Recorded Recorded::combine(const Recorded& a, const Recorded& b, F f) {
  if (a.tensor_ && b.tensor_) {
    return Recorded(f(a.tensor_, b.tensor_));
  }
  if (a.tensor_) {
    return Recorded(f(a.tensor_, b.number_));
  }
  return b.tensor_ ? Recorded(f(a.number_, b.tensor_)) : Recorded(f(a.number_, b.number_));
}

Recorded operator+(const Recorded& a, const Recorded& b) {
  return Recorded::combine(a, b, [](const auto& x, const auto& z) { return x + z; });
}
Recorded operator-(const Recorded& a, const Recorded& b) {
  return Recorded::combine(a, b, [](const auto& x, const auto& z) { return x - z; });
}
Recorded operator*(const Recorded& a, const Recorded& b) {
  return Recorded::combine(a, b, [](const auto& x, const auto& z) { return x * z; });
}
Recorded operator/(const Recorded& a, const Recorded& b) {
  return Recorded::combine(a, b, [](const auto& x, const auto& z) { return x / z; });
}

template <class F>
Recorded::Mask Recorded::compare(const Recorded& a, const Recorded& b, F holds) {
  if (!a.tensor_ && !b.tensor_) {
    return {Tensor(), holds(a.number_, b.number_)};
  }
  return {ones_where(holds, tensor_of(a.tensor_, a.number_, b.tensor_),
                     tensor_of(b.tensor_, b.number_, a.tensor_))};
}

Recorded::Mask operator<(const Recorded& a, const Recorded& b) {
  return Recorded::compare(a, b, [](auto x, auto z) { return x < z; });
}
Recorded::Mask operator<=(const Recorded& a, const Recorded& b) {
  return Recorded::compare(a, b, [](auto x, auto z) { return x <= z; });
}
Recorded::Mask operator!=(const Recorded& a, const Recorded& b) {
  return Recorded::compare(a, b, [](auto x, auto z) { return x != z; });
}

Recorded::Mask operator&&(const Recorded::Mask& a, const Recorded::Mask& b) {
  if (a.ones && b.ones) {
    return {a.ones * b.ones};
  }
  if (a.ones) {
    return b.all ? a : b;
  }
  return a.all ? b : a;
}

Recorded::Mask operator||(const Recorded::Mask& a, const Recorded::Mask& b) {
  if (a.ones && b.ones) {
    return {ones_where([](auto x, auto z) { return x + z > 0.0; }, a.ones, b.ones)};
  }
  if (a.ones) {
    return b.all ? b : a;
  }
  return a.all ? a : b;
}

Recorded where(const Recorded::Mask& mask, const Recorded& a, const Recorded& b) {
  if (!mask.ones) {
    return mask.all ? a : b;
  }
  return Recorded(where_ones(mask.ones, tensor_of(a.tensor_, a.number_, mask.ones),
                             tensor_of(b.tensor_, b.number_, mask.ones)));
}

Recorded max(const Recorded& a, const Recorded& b) { return where(a > b || a != a, a, b); }
Recorded min(const Recorded& a, const Recorded& b) { return where(a < b || a != a, a, b); }

Recorded sign(const Recorded& a) { return where(a > 0.0, 1.0, where(a < 0.0, -1.0, 0.0 * a)); }

template <class F>
Recorded Recorded::apply(const Recorded& a, F f) {
  return a.tensor_ ? Recorded(f(a.tensor_)) : Recorded(f(a.number_));
}

Recorded abs(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return abs(x); });
}
Recorded sqrt(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return sqrt(x); });
}
Recorded exp(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return exp(x); });
}
Recorded log(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return log(x); });
}
Recorded tanh(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return tanh(x); });
}
Recorded sigmoid(const Recorded& a) { return 1.0 / (1.0 + exp(-a)); }
Recorded pow(const Recorded& a, double exponent) {
  return Recorded::apply(a, [exponent](const auto& x) { return pow(x, exponent); });
}

}  // namespace gradus
