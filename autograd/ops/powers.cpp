#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/autograd/ops/powers.h>

#include <cmath>

namespace gradus {

Tensor pow(const Tensor& base, const Tensor& exponent) {
  return map_pair(
      "pow", base, exponent, [](auto a, auto n) { return pow(a, n); },
      [](auto a, auto n, auto dy) {  // d a^n / da = n a^(n-1), and 0 for n = 0 at a = 0 too
        return where(n == 0.0, decltype(dy)(0.0), dy * (n * pow(a, n - 1.0)));
      },
      [](auto a, auto n, auto dy) {  // d a^n / dn = a^n ln a
        return where(a == 0.0 && n >= 0.0, decltype(dy)(0.0), dy * (pow(a, n) * log(a)));
      });
}

Tensor pow(double base, const Tensor& exponent) {
  const auto formula = [base](auto n) { return pow(decltype(n)(base), n); };
  if (base == 0) {
    return map_from_input("pow", exponent, formula, [](auto n, auto dy) {
      const auto y = pow(decltype(n)(0.0), n);
      return where(n >= 0.0, decltype(dy)(0.0), -dy * y);  // ln 0 = -infinity, as y is infinite
    });
  }
  return map_from_output("pow", exponent, formula, [log_base = std::log(base)](auto y, auto dy) {
    return dy * (y * log_base);  // d a^n / dn = a^n ln a
  });
}

}  // namespace gradus
