#pragma once
// Scaled dot-product attention: each query takes a mean of the values, weighted by how well their
// keys fit it.
//
// Vaswani et al.: Attention is all you need. NeurIPS 2017, arXiv:1706.03762, equation 1.
#include <gradus/core/tensor.h>

namespace gradus {

struct AttentionOptions {
  /// u8, 1 where a query may look at a key; broadcast to [..., queries, keys].
  Tensor mask = {};
  /// Query i looks at keys 0, ..., i alone.
  bool causal = false;
  /// Added to the scaled scores: of their dtype, broadcast to them.
  Tensor bias = {};
};

/// softmax(scale scores + bias) over the keys that each query may look at, and 0 for the others.  A
/// query that may look at no key, or whose scores are all -infinity, gets zeros: no NaN, which is
/// what PyTorch gives.  scores: [..., queries, keys].
/// Throws ShapeError or DtypeError.
Tensor attention_weights(const Tensor& scores, double scale, const AttentionOptions& options = {});

/// softmax(q k' / sqrt(size)) v, with attention_weights' rules for masks.  q: [..., queries, size],
/// k: [..., keys, size], v: [..., keys, out] -> [..., queries, out].  Where their other dimensions
/// are the same and the scores of a head take at most 256 KiB, it is one operation, whose result
/// lies in memory as q does.  Throws ShapeError or DtypeError.
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options = {});

}  // namespace gradus
