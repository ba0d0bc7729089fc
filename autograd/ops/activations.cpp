#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/map.h>

#include <numbers>

namespace gradus {
namespace {

constexpr double kRoot = 1 / std::numbers::sqrt2;                          // sqrt(1 / 2)
constexpr double kScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // sqrt(2 / pi)
constexpr double kCube = 0.044715;

}  // namespace

Tensor leaky_relu(const Tensor& x, double slope) {
  return map_from_input(
      "leaky_relu", x, [slope](auto a) { return where(a > 0.0, a, a * slope); },
      [slope](auto a, auto dy) { return where(a > 0.0, dy, dy * slope); });
}

Tensor elu(const Tensor& x, double alpha) {
  // The bound keeps e^x finite where it is not chosen: 0 times infinity is not 0.
  return map_from_input(
      "elu", x,
      [alpha](auto a) { return where(a > 0.0, a, alpha * expm1(min(a, decltype(a)(0.0)))); },
      [alpha](auto a, auto dy) {  // 1, or alpha e^x
        return where(a > 0.0, dy, dy * (alpha * exp(min(a, decltype(a)(0.0)))));
      });
}

Tensor gelu(const Tensor& x) {
  return map_from_input(
      "gelu", x, [](auto a) { return 0.5 * a * (1.0 + erf(a * kRoot)); },
      [](auto a, auto dy) {  // Phi(x) + x phi(x), with phi = Phi' = e^(-x^2/2) / sqrt(2 pi)
        const auto density = kRoot * std::numbers::inv_sqrtpi * exp(-0.5 * (a * a));
        return dy * (0.5 * (1.0 + erf(a * kRoot)) + a * density);
      });
}

Tensor gelu_tanh(const Tensor& x) {
  return map_from_input(
      "gelu_tanh", x,
      [](auto a) { return 0.5 * a * (1.0 + tanh(kScale * (a + kCube * (a * a * a)))); },
      [](auto a, auto dy) {  // (1 + t)/2 + x (1 - t^2) u' / 2, with t = tanh u
        // Beyond 10 the tanh is 1 and the second term 0, which must not meet an infinite x^2.
        const auto z = max(min(a, decltype(a)(10.0)), decltype(a)(-10.0));
        const auto t = tanh(kScale * (z + kCube * (z * z * z)));
        const auto slope = kScale * (1.0 + 3.0 * kCube * (z * z));
        return dy * (0.5 * (1.0 + t) + 0.5 * z * (1.0 - t * t) * slope);
      });
}

Tensor silu(const Tensor& x) {
  return map_from_input(
      "silu", x, [](auto a) { return a * sigmoid(a); }, [](auto a, auto dy) {  // s (1 + x (1 - s))
        const auto s = sigmoid(a);
        return dy * (s * (1.0 + a * (1.0 - s)));
      });
}

Tensor softplus(const Tensor& x, double beta, double threshold) {
  require(beta > 0, "softplus: beta must be positive, got ", beta, " for a tensor of shape ",
          x.shape());
  return map_from_input(
      "softplus", x,
      [beta, threshold](auto a) {  // ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|): no overflow
        const auto z = a * beta;
        const auto smooth = (max(z, decltype(z)(0.0)) + log1p(exp(-abs(z)))) / beta;
        return where(z > threshold, a, smooth);
      },
      [beta, threshold](auto a, auto dy) {  // sigmoid(beta x)
        const auto z = a * beta;
        return where(z > threshold, dy, dy * sigmoid(z));
      });
}

}  // namespace gradus
