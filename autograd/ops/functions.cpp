#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/autograd/ops/relu.h>

#include <numbers>

namespace gradus {

Tensor exp(const Tensor& x) {
  return map_from_output(
      "exp", x, [](auto a) { return exp(a); },  //
      [](auto y, auto dy) { return y * dy; });  // d e^x = e^x
}

Tensor log(const Tensor& x) {
  return map_from_input(
      "log", x, [](auto a) { return log(a); },  //
      [](auto a, auto dy) { return dy / a; });  // d ln x = 1 / x
}

Tensor log1p(const Tensor& x) {
  return map_from_input(
      "log1p", x, [](auto a) { return log1p(a); },
      [](auto a, auto dy) { return dy / (1.0 + a); });  // d ln(1 + x) = 1 / (1 + x)
}

Tensor expm1(const Tensor& x) {
  return map_from_output(
      "expm1", x, [](auto a) { return expm1(a); },
      [](auto y, auto dy) { return (y + 1.0) * dy; });  // d (e^x - 1) = e^x
}

Tensor sqrt(const Tensor& x) {
  return map_from_output(
      "sqrt", x, [](auto a) { return sqrt(a); },
      [](auto y, auto dy) { return dy / (2.0 * y); });  // d sqrt x = 1 / (2 sqrt x)
}

Tensor rsqrt(const Tensor& x) {
  return map_from_output(
      "rsqrt", x, [](auto a) { return 1.0 / sqrt(a); },
      [](auto y, auto dy) { return -0.5 * dy * (y * y * y); });  // d x^-1/2 = -x^-3/2 / 2
}

Tensor abs(const Tensor& x) {
  return map_from_input(
      "abs", x, [](auto a) { return abs(a); },
      [](auto a, auto dy) { return sign(a) * dy; });  // d |x| = sign x
}

Tensor sign(const Tensor& x) {
  return map_from_input(
      "sign", x, [](auto a) { return sign(a); },
      [](auto, auto dy) { return decltype(dy)(0.0); });  // d sign x = 0
}

Tensor pow(const Tensor& x, double exponent) {
  return map_from_input(
      "pow", x, [exponent](auto a) { return pow(a, exponent); },
      [exponent](auto a, auto dy) {  // d x^n = n x^(n-1), and 0 for n = 0 at x = 0 too
        return exponent == 0 ? dy * 0.0 : dy * (exponent * pow(a, exponent - 1));
      });
}

Tensor relu(const Tensor& x) {
  return map_from_output(
      "relu", x, [](auto a) { return Relu::value(a); },
      [](auto y, auto dy) { return Relu::derivative(y, dy); });
}

Tensor sigmoid(const Tensor& x) {
  return map_from_output(
      "sigmoid", x, [](auto a) { return sigmoid(a); },
      [](auto y, auto dy) { return y * (1.0 - y) * dy; });  // d s = s (1 - s)
}

Tensor tanh(const Tensor& x) {
  return map_from_output(
      "tanh", x, [](auto a) { return tanh(a); },
      [](auto y, auto dy) { return (1.0 - y * y) * dy; });  // d tanh = 1 - tanh^2
}

Tensor erf(const Tensor& x) {
  return map_from_input(
      "erf", x, [](auto a) { return erf(a); }, [](auto a, auto dy) {  // d erf = 2 / sqrt(pi) e^-x^2
        return 2.0 * std::numbers::inv_sqrtpi * exp(-(a * a)) * dy;
      });
}

}  // namespace gradus
