#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/nn/loss_binary.h>
#include <gradus/nn/require_dtype.h>

namespace gradus::nn {
namespace {

// ln sigmoid(z) = min(z, 0) - ln(1 + e^-|z|)
Tensor log_sigmoid(const Tensor& z) {
  return map_from_input(
      "log_sigmoid", z, [](auto a) { return min(a, decltype(a)(0.0)) - log1p(exp(-abs(a))); },
      [](auto a, auto dy) { return sigmoid(-a) * dy; });  // d = 1 - sigmoid(z)
}

void require_probabilities(const Tensor& p) {
  visit_floating("bce", p.dtype(), [&](auto zero) {
    const Tensor dense = p.dense();
    const auto* at = dense.data<decltype(zero)>();
    for (Index i = 0; i < dense.numel(); ++i) {
      require(at[i] >= 0 && at[i] <= 1, "bce: probability must be from 0 to 1, got ", double(at[i]),
              " at position ", i, " of ", p.shape(), "; use bce_with_logits for logits");
    }
  });
}

// A larger one would repeat losses, and count them several times in a sum.
void require_fits(const char* loss, const char* name, const Tensor& weight, const Tensor& target) {
  require<ShapeError>(!weight || broadcasts_to(weight.shape(), target.shape()), loss, ": ", name,
                      " must broadcast to the losses' shape ", target.shape(), ", got ",
                      weight ? weight.shape() : Shape{});
  require_dtype_of(loss, name, weight, "target", target);
}

Tensor weighted(const Tensor& losses, const Tensor& weight, Reduction reduction) {
  return reduce(weight ? losses * weight : losses, reduction);
}

}  // namespace

Tensor bce(const Tensor& probability, const Tensor& target, const BceOptions& o) {
  require_same_shape("bce", probability, target);
  require_dtype_of("bce", "target", target, "probability", probability);
  require_fits("bce", "weight", o.weight, target);
  require_probabilities(probability);
  const Tensor losses = map_pair(
      "bce", probability, target,
      [](auto p, auto y) {
        using T = decltype(p);
        return -(y * max(log(p), T(-100.0)) + (1.0 - y) * max(log1p(-p), T(-100.0)));
      },
      [](auto p, auto y, auto dy) {  // dp = (p - y) / (p (1 - p))
        return (p - y) / max(p * (1.0 - p), decltype(p)(1e-12)) * dy;
      },
      [](auto p, auto, auto dy) {
        using T = decltype(p);
        return (max(log1p(-p), T(-100.0)) - max(log(p), T(-100.0))) * dy;
      });
  return weighted(losses, o.weight, o.reduction);
}

Tensor bce_with_logits(const Tensor& logits, const Tensor& target, const BceWithLogitsOptions& o) {
  require_same_shape("bce_with_logits", logits, target);
  require_floating("bce_with_logits", "logits", logits);
  require_dtype_of("bce_with_logits", "target", target, "logits", logits);
  require_fits("bce_with_logits", "weight", o.weight, target);
  require_fits("bce_with_logits", "pos_weight", o.pos_weight, target);
  if (o.pos_weight) {
    const Tensor share = 1 + (o.pos_weight - 1) * target;
    return weighted((1 - target) * logits - share * log_sigmoid(logits), o.weight, o.reduction);
  }
  const Tensor losses = map_pair(
      "bce_with_logits", logits, target,
      [](auto z, auto y) { return max(z, decltype(z)(0.0)) - z * y + log1p(exp(-abs(z))); },
      [](auto z, auto y, auto dy) { return (sigmoid(z) - y) * dy; },  // dz = sigmoid(z) - y
      [](auto z, auto, auto dy) { return -z * dy; });
  return weighted(losses, o.weight, o.reduction);
}

}  // namespace gradus::nn
