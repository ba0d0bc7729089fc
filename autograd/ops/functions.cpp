#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/map.h>

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

Tensor sqrt(const Tensor& x) {
  return map_from_output(
      "sqrt", x, [](auto a) { return sqrt(a); },
      [](auto y, auto dy) { return dy / (2.0 * y); });  // d sqrt x = 1 / (2 sqrt x)
}

Tensor abs(const Tensor& x) {
  return map_from_input(
      "abs", x, [](auto a) { return abs(a); },
      [](auto a, auto dy) { return sign(a) * dy; });  // d |x| = sign x
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
      "relu", x, [](auto a) { return max(a, decltype(a)(0.0)); },
      [](auto y, auto dy) { return where(y <= 0.0, decltype(dy)(0.0), dy); });  // 1 where x > 0
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

}  // namespace gradus
