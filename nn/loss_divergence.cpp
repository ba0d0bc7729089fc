#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/nn/loss_divergence.h>
#include <gradus/nn/require_dtype.h>

namespace gradus::nn {
namespace {

// ln t, and 0 of 0: NaN below.
const auto safe_log = [](auto t) {
  using T = decltype(t);
  return log(where(t == T(0.0), T(1.0), t));
};

Tensor of_elements(const Tensor& x, const Tensor& target, bool log_target) {
  if (log_target) {
    return exp(target) * (target - x);
  }
  return map_pair(
      "kl_divergence", x, target,
      [](auto a, auto t) {
        using T = decltype(t);
        return where(t == T(0.0), T(0.0), t * (safe_log(t) - a));
      },
      [](auto, auto t, auto dy) { return -t * dy; },
      [](auto a, auto t, auto dy) {
        using T = decltype(t);
        return where(t == T(0.0), T(0.0), (safe_log(t) + 1.0 - a) * dy);
      });
}

}  // namespace

Tensor kl_divergence(const Tensor& log_prediction, const Tensor& target, const KlOptions& o) {
  require_same_shape("kl_divergence", log_prediction, target);
  require_floating("kl_divergence", "log_prediction", log_prediction);
  require_dtype_of("kl_divergence", "target", target, "log_prediction", log_prediction);
  const Tensor losses = of_elements(log_prediction, target, o.log_target);
  if (!o.batch_mean) {
    return reduce(losses, o.reduction);
  }
  require<ShapeError>(losses.rank() > 0,
                      "kl_divergence: batch_mean needs a batch dimension, got shape []");
  return reduce(losses, Reduction::sum) / double(losses.size(0));
}

}  // namespace gradus::nn
