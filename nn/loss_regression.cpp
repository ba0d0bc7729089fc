#include <gradus/autograd/ops/map.h>
#include <gradus/nn/loss_regression.h>

#include <cmath>

namespace gradus::nn {
namespace {

// loss(d) and its derivative, slope(d), of the difference d.
template <class F, class S>
Tensor of_difference(const char* name, const Tensor& prediction, const Tensor& target,
                     Reduction reduction, F loss, S slope) {
  require_same_shape(name, prediction, target);
  const Tensor losses = map_pair(
      name, prediction, target, [loss](auto x, auto y) { return loss(x - y); },
      [slope](auto x, auto y, auto dy) { return slope(x - y) * dy; },
      [slope](auto x, auto y, auto dy) { return -slope(x - y) * dy; });
  return reduce(losses, reduction);
}

Tensor absolute(const char* name, const Tensor& prediction, const Tensor& target,
                Reduction reduction) {
  return of_difference(
      name, prediction, target, reduction, [](auto d) { return abs(d); },
      [](auto d) { return sign(d); });
}

}  // namespace

Tensor mse(const Tensor& prediction, const Tensor& target, Reduction reduction) {
  return of_difference(
      "mse", prediction, target, reduction, [](auto d) { return d * d; },
      [](auto d) { return 2.0 * d; });
}

Tensor l1(const Tensor& prediction, const Tensor& target, Reduction reduction) {
  return absolute("l1", prediction, target, reduction);
}

Tensor smooth_l1(const Tensor& prediction, const Tensor& target, const SmoothL1Options& o) {
  require(std::isfinite(o.beta) && o.beta >= 0,
          "smooth_l1: beta must be finite and at least 0, got ", o.beta);
  const double beta = o.beta;
  if (beta == 0) {
    return absolute("smooth_l1", prediction, target, o.reduction);
  }
  return of_difference(
      "smooth_l1", prediction, target, o.reduction,
      [beta](auto d) {
        return where(abs(d) < decltype(d)(beta), d * d * (0.5 / beta), abs(d) - 0.5 * beta);
      },
      [beta](auto d) { return where(abs(d) < decltype(d)(beta), d * (1 / beta), sign(d)); });
}

Tensor huber(const Tensor& prediction, const Tensor& target, const HuberOptions& o) {
  require(std::isfinite(o.delta) && o.delta > 0, "huber: delta must be finite and above 0, got ",
          o.delta);
  const double delta = o.delta;
  return of_difference(
      "huber", prediction, target, o.reduction,
      [delta](auto d) {
        return where(abs(d) < decltype(d)(delta), d * d * 0.5, (abs(d) - 0.5 * delta) * delta);
      },
      [delta](auto d) { return where(abs(d) < decltype(d)(delta), d, sign(d) * delta); });
}

}  // namespace gradus::nn
