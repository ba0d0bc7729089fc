#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/attention_rows.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/lanes.h>

#include <cmath>

namespace gradus {
namespace {

Tensor fused_derivative(const Tensor& p, const Tensor& dp, double scale) {
  Tensor ds = empty_like(p);
  const Tensor from = dp.dense();
  const Index n = p.size(-1);
  visit_floating("attention_weights", p.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* to = ds.mutable_data<T>();
    const T* weights = p.data<T>();
    const T* g = from.data<T>();
    core::for_rows(p.numel() / std::max<Index>(n, 1), n, [&](Index row) {
      weights_derivative(weights + row * n, g + row * n, n, scale, to + row * n);
    });
  });
  return ds;
}

}  // namespace

Tensor attention_weights(const Tensor& scores, double scale, const AttentionOptions& options) {
  require<ShapeError>(scores.rank() >= 2,
                      "attention_weights: scores must be [..., queries, keys], got ",
                      scores.shape());
  require(std::isfinite(scale) && scale > 0,
          "attention_weights: scale must be positive and finite, got ", scale);
  if (options.bias) {
    const Tensor& bias = options.bias;
    require<DtypeError>(bias.dtype() == scores.dtype(),
                        "attention_weights: bias must have the dtype ", scores.dtype(),
                        " of the scores, got ", bias.dtype());
    require<ShapeError>(broadcasts_to(bias.shape(), scores.shape()),
                        "attention_weights: bias must broadcast to scores ", scores.shape(),
                        ", got ", bias.shape());
    return attention_weights(scores * scale + bias, 1,
                             {.mask = options.mask, .causal = options.causal});
  }
  const VisibleKeys visible("attention_weights", scores.shape(), options);
  const Index n = scores.size(-1);
  Tensor p = empty_like(scores);
  visit_floating("attention_weights", scores.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor from = scores.dense();
    T* to = p.mutable_data<T>();
    const T* s = from.data<T>();
    core::for_rows(p.numel() / std::max<Index>(n, 1), n,
                   [&](Index row) { visible.softmax(row, s + row * n, scale, to + row * n); });
  });
  return record(p, "attention_weights", {scores},
                [p = Saved(p), scale](const Tensor& dp, Grads& dx) {
                  if (!is_recording()) {
                    dx[0] = fused_derivative(*p, dp, scale);
                    return;
                  }
                  const Tensor y = dx.result(p);  // the plain twin
                  dx[0] = y * (dp - sum(y * dp, {-1}, true)) * scale;
                });
}

}  // namespace gradus
