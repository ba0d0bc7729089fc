#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/powers.h>
#include <gradus/autograd/ops/recorded.h>
#include <gradus/autograd/ops/trigonometric.h>
#include <gradus/autograd/ops/view.h>

#include <cmath>

namespace gradus {

// Of numbers, beside those of tensors.
using std::abs;
using std::cos;
using std::erf;
using std::exp;
using std::expm1;
using std::log;
using std::log1p;
using std::pow;
using std::sin;
using std::sqrt;
using std::tanh;

namespace {

// Comparisons of numbers, beside those of tensors.
bool eq(double a, double b) { return a == b; }
bool ne(double a, double b) { return a != b; }
bool lt(double a, double b) { return a < b; }
bool le(double a, double b) { return a <= b; }
double sigmoid(double a) { return 1 / (1 + std::exp(-a)); }

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

// mirrored(b, a) is holds(a, b).
template <class F, class G>
Recorded::Mask Recorded::compare(const Recorded& a, const Recorded& b, F holds, G mirrored) {
  if (a.tensor_ && b.tensor_) {
    return {holds(a.tensor_, b.tensor_), false, a.tensor_.dtype()};
  }
  if (a.tensor_) {
    return {holds(a.tensor_, b.number_), false, a.tensor_.dtype()};
  }
  if (b.tensor_) {
    return {mirrored(b.tensor_, a.number_), false, b.tensor_.dtype()};
  }
  return {Tensor(), holds(a.number_, b.number_)};
}

Recorded::Mask operator<(const Recorded& a, const Recorded& b) {
  return Recorded::compare(
      a, b, [](const auto& x, const auto& z) { return lt(x, z); },
      [](const auto& z, const auto& x) { return gt(z, x); });
}
Recorded::Mask operator<=(const Recorded& a, const Recorded& b) {
  return Recorded::compare(
      a, b, [](const auto& x, const auto& z) { return le(x, z); },
      [](const auto& z, const auto& x) { return ge(z, x); });
}
Recorded::Mask operator==(const Recorded& a, const Recorded& b) {
  constexpr auto kEq = [](const auto& x, const auto& z) { return eq(x, z); };
  return Recorded::compare(a, b, kEq, kEq);
}
Recorded::Mask operator!=(const Recorded& a, const Recorded& b) {
  constexpr auto kNe = [](const auto& x, const auto& z) { return ne(x, z); };
  return Recorded::compare(a, b, kNe, kNe);
}

Recorded::Mask operator&&(const Recorded::Mask& a, const Recorded::Mask& b) {
  if (a.truth && b.truth) {
    return {logical_and(a.truth, b.truth), false, a.dtype};
  }
  if (a.truth) {
    return b.all ? a : b;
  }
  return a.all ? b : a;
}

Recorded::Mask operator||(const Recorded::Mask& a, const Recorded::Mask& b) {
  if (a.truth && b.truth) {
    return {logical_or(a.truth, b.truth), false, a.dtype};
  }
  if (a.truth) {
    return b.all ? b : a;
  }
  return a.all ? a : b;
}

Recorded where(const Recorded::Mask& mask, const Recorded& a, const Recorded& b) {
  if (!mask.truth) {
    return mask.all ? a : b;
  }
  if (!a.tensor_ && !b.tensor_) {
    return Recorded(where(mask.truth, a.number_, b.number_, mask.dtype));
  }
  return Recorded::combine(a, b,
                           [&](const auto& x, const auto& z) { return where(mask.truth, x, z); });
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
Recorded log1p(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return log1p(x); });
}
Recorded expm1(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return expm1(x); });
}
Recorded sin(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return sin(x); });
}
Recorded cos(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return cos(x); });
}
Recorded erf(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return erf(x); });
}
Recorded sigmoid(const Recorded& a) {
  return Recorded::apply(a, [](const auto& x) { return sigmoid(x); });
}
Recorded pow(const Recorded& a, double exponent) {
  return Recorded::apply(a, [exponent](const auto& x) { return pow(x, exponent); });
}
Recorded pow(const Recorded& a, const Recorded& exponent) {
  return Recorded::combine(a, exponent, [](const auto& x, const auto& z) { return pow(x, z); });
}

}  // namespace gradus
