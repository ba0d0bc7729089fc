#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/lane_sum.h>
#include <gradus/core/lanes.h>
#include <gradus/core/view.h>

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

// Where a row of the mask, stretched to the scores' shape, begins.
Index mask_row(const Tensor& mask, Index row) {
  Index place = 0;
  for (int d = mask.rank() - 2; d >= 0; --d) {
    place += row % mask.shape()[d] * mask.strides()[d];
    row /= mask.shape()[d];
  }
  return place;
}

// p <- softmax(scale s) of one row, over its first n numbers where `allowed` (every step-th; null
// allows all) is not 0.
template <class T>
void softmax_row(const T* s, Index n, double scale, const std::uint8_t* allowed, Index step, T* p) {
  T largest = -std::numeric_limits<T>::infinity();
  bool any = !allowed && n > 0;
  if (any) {
    largest = core::largest_of(s, n);
  }
  for (Index j = 0; j < n && allowed; ++j) {
    if (allowed[j * step] != 0) {
      largest = any ? std::max(largest, s[j]) : s[j];
      any = true;
    }
  }
  if (!any || largest == -std::numeric_limits<T>::infinity()) {
    std::fill(p, p + n, T(0));
    return;
  }
  core::run_elements<T>(
      n, [scale, m = double(largest)](auto& out, const auto& a) { out = exp(scale * (a - m)); }, p,
      s);
  for (Index j = 0; j < n && allowed; ++j) {
    p[j] = allowed[j * step] != 0 ? p[j] : T(0);
  }
  core::divide_all(p, n, T(core::sum_of(p, n)));
}

// ds = scale p (dp - sum p dp)
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
      const T mean = T(core::sum_of_products(weights + row * n, g + row * n, n));
      core::vectorized([&]() __attribute__((always_inline)) {
        for (Index j = row * n; j < (row + 1) * n; ++j) {
          to[j] = T(scale) * weights[j] * (g[j] - mean);
        }
      });
    });
  });
  return ds;
}

Tensor checked_mask(const Tensor& scores, const Tensor& mask) {
  require<DtypeError>(mask.dtype() == u8,
                      "attention_weights: mask must be u8, 1 where a query may look, got ",
                      mask.dtype());
  require<ShapeError>(broadcasts_to(mask.shape(), scores.shape()),
                      "attention_weights: mask must broadcast to scores ", scores.shape(), ", got ",
                      mask.shape());
  return core::expand(mask, scores.shape());
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
  const Tensor mask = options.mask ? checked_mask(scores, options.mask) : Tensor();
  const Index queries = scores.size(-2);
  const Index n = scores.size(-1);
  Tensor p = empty_like(scores);
  visit_floating("attention_weights", scores.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor from = scores.dense();
    T* to = p.mutable_data<T>();
    const T* s = from.data<T>();
    const std::uint8_t* allowed = mask ? mask.data<std::uint8_t>() : nullptr;
    const Index step = mask ? mask.strides()[mask.rank() - 1] : 0;
    core::for_rows(p.numel() / std::max<Index>(n, 1), n, [&](Index row) {
      const Index seen = options.causal ? std::min(n, row % queries + 1) : n;
      softmax_row(s + row * n, seen, scale, mask ? allowed + mask_row(mask, row) : nullptr, step,
                  to + row * n);
      std::fill(to + row * n + seen, to + (row + 1) * n, T(0));
    });
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

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options) {
  require<ShapeError>(q.rank() >= 2 && k.rank() >= 2 && q.size(-1) == k.size(-1) && q.size(-1) >= 1,
                      "scaled_dot_product_attention: q must be [..., queries, size] and k [..., "
                      "keys, size], got ",
                      q.shape(), " and ", k.shape());
  require<ShapeError>(v.rank() >= 2 && v.size(-2) == k.size(-2),
                      "scaled_dot_product_attention: v must be [..., keys, out] for k ", k.shape(),
                      ", got ", v.shape());
  visit_floating("scaled_dot_product_attention", q.dtype(), [](auto) {});
  require<DtypeError>(k.dtype() == q.dtype() && v.dtype() == q.dtype(),
                      "scaled_dot_product_attention: q, k and v must have one dtype, got ",
                      q.dtype(), ", ", k.dtype(), " and ", v.dtype());
  const Tensor scores = matmul(q, transpose(k, -2, -1));
  return matmul(attention_weights(scores, 1 / std::sqrt(double(q.size(-1))), options), v);
}

}  // namespace gradus
