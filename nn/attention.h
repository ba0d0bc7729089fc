#pragma once
#include <gradus/autograd/ops/attention.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>

namespace gradus::nn {

/// What MultiheadAttention hides, in PyTorch's sense: u8, 1 for what must NOT be looked at.
struct AttentionMasks {
  Tensor key_padding = {};  ///< [batch, keys]: keys that are padding
  /// [queries, keys] or [batch * heads, queries, keys].  One of the dtype of x instead of u8 is
  /// added to the scores, -infinity hides, and it gets a gradient if it wants one.
  Tensor attention = {};
  bool causal = false;  ///< query i looks at keys 0, ..., i alone
};

/// Attention of several heads, each in a part of its own of `embed` numbers:
///   y = concat(head_1, head_2, ...) out_proj',  head_i = attention(q Wq_i', k Wk_i', v Wv_i').
/// x: [batch, length, embed], as with PyTorch's batch_first=True.  A query that may look at no key
/// sees zeros (PyTorch: NaN).
/// Parameters, named as PyTorch's: in_proj_weight [3 embed, embed], the rows of q, k and v,
/// in_proj_bias [3 embed], out_proj.weight [embed, embed], out_proj.bias [embed].
/// Vaswani et al.: Attention is all you need. NeurIPS 2017, arXiv:1706.03762, section 3.2.2.
class MultiheadAttention : public Module {
 public:
  struct Output {
    Tensor y;        ///< [batch, queries, embed]
    Tensor weights;  ///< the mean of all heads', [batch, queries, keys]
  };

  /// Dropout with probability `dropout` acts on the weights.  Throws ValueError unless heads
  /// divides embed.
  MultiheadAttention(Index embed, Index heads, Rng& rng, double dropout = 0);

  /// Of a sequence to itself.
  Tensor forward(const Tensor& x) override { return forward(x, {}); }
  Tensor forward(const Tensor& x, const AttentionMasks& masks) { return attend(x, x, x, masks); }
  using Module::operator();
  /// forward(x, masks), with the module's hooks.
  Tensor operator()(const Tensor& x, const AttentionMasks& masks);
  /// attend(q, k, v, masks), with the module's hooks, which see q.
  Tensor operator()(const Tensor& q, const Tensor& k, const Tensor& v,
                    const AttentionMasks& masks = {});
  /// q: [batch, queries, embed], k and v: [batch, keys, embed] -> [batch, queries, embed].
  Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v,
                const AttentionMasks& masks = {});
  /// The same, with the weights.
  Output attend_and_show(const Tensor& q, const Tensor& k, const Tensor& v,
                         const AttentionMasks& masks = {});
  void fields(Fields& visit) override;

  Tensor in_proj_weight;
  Tensor in_proj_bias;
  Linear out_proj;

 private:
  Tensor split_heads(const Tensor& x, Index part) const;
  AttentionOptions checked_options(const Tensor& q, const Tensor& k, const Tensor& v,
                                   const AttentionMasks& masks) const;
  Tensor weights_of(const Tensor& q, const Tensor& k, const AttentionOptions& options) const;
  Tensor mix(const Tensor& weights, const Tensor& v);
  Tensor join_heads(const Tensor& y);

  Index embed_;
  Index heads_;
  Dropout dropout_;
};

}  // namespace gradus::nn
