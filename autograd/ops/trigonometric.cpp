#include <gradus/autograd/ops/map.h>
#include <gradus/autograd/ops/trigonometric.h>

namespace gradus {

Tensor sin(const Tensor& x) {
  return map_from_input(
      "sin", x, [](auto a) { return sin(a); },
      [](auto a, auto dy) { return cos(a) * dy; });  // d sin x = cos x
}

Tensor cos(const Tensor& x) {
  return map_from_input(
      "cos", x, [](auto a) { return cos(a); },
      [](auto a, auto dy) { return -sin(a) * dy; });  // d cos x = -sin x
}

}  // namespace gradus
