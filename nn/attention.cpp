#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/compare.h>
#include <gradus/core/view.h>
#include <gradus/nn/attention.h>
#include <gradus/nn/init.h>
#include <gradus/nn/unseen.h>

#include <cmath>

namespace gradus::nn {

namespace {

// Before the first child is made, which would speak in its own name.
Index checked_embed(Index embed, Index heads, double dropout) {
  require(embed >= 1 && heads >= 1 && embed % heads == 0,
          "MultiheadAttention: heads must divide embed, got ", heads, " and ", embed);
  require(dropout >= 0 && dropout <= 1, "MultiheadAttention: dropout must be from 0 to 1, got ",
          dropout);
  return embed;
}

}  // namespace

MultiheadAttention::MultiheadAttention(Index embed, Index heads, Rng& rng, double dropout)
    : out_proj(checked_embed(embed, heads, dropout), embed, rng),
      embed_(embed),
      heads_(heads),
      dropout_(dropout, rng) {
  in_proj_weight = empty({3 * embed, embed});
  xavier_uniform(in_proj_weight, rng);
  in_proj_weight.set_requires_grad();
  in_proj_bias = zeros({3 * embed}).set_requires_grad();
  const NoGrad values_only;
  fill(out_proj.bias, 0);
}

void MultiheadAttention::fields(Fields& visit) {
  visit("in_proj_weight", in_proj_weight);
  visit("in_proj_bias", in_proj_bias);
  visit("out_proj", out_proj);
  visit("dropout", dropout_);
}

// q, k or v (part 0, 1, 2) of each head: [batch, length, embed] -> [batch, heads, length, size].
Tensor MultiheadAttention::split_heads(const Tensor& x, Index part) const {
  const Tensor y = linear(x, slice(in_proj_weight, 0, part * embed_, (part + 1) * embed_),
                          slice(in_proj_bias, 0, part * embed_, (part + 1) * embed_));
  return transpose(reshape(y, {x.size(0), x.size(1), heads_, embed_ / heads_}), 1, 2);
}

namespace {

// 1 where neither mask hides a key: broadcasts to [batch, heads, queries, keys].
Tensor allowed(const Tensor& padding, const Tensor& hidden) {
  if (padding && hidden) {
    return logical_not(logical_or(padding, hidden));
  }
  return padding || hidden ? logical_not(padding ? padding : hidden) : Tensor();
}

Tensor checked_padding(const Tensor& padding, Index batch, Index keys) {
  if (!padding) {
    return padding;
  }
  require<ShapeError>(padding.shape() == Shape{batch, keys},
                      "MultiheadAttention: key_padding must be [batch, keys] = [", batch, ", ",
                      keys, "], got ", padding.shape());
  require<DtypeError>(padding.dtype() == u8, "MultiheadAttention: key_padding must be u8, got ",
                      padding.dtype());
  return core::reshape(padding, {batch, 1, 1, keys});
}

// [queries, keys] or [batch, heads, queries, keys], for scores of the latter shape.
Tensor checked_mask(const Tensor& mask, const Shape& s, Dtype dtype) {
  if (!mask) {
    return mask;
  }
  const bool by_head = mask.shape() == Shape{s[0] * s[1], s[2], s[3]};
  require<ShapeError>(by_head || mask.shape() == Shape{s[2], s[3]},
                      "MultiheadAttention: the attention mask must be [queries, keys] = [", s[2],
                      ", ", s[3], "] or [batch * heads, queries, keys] = [", s[0] * s[1], ", ",
                      s[2], ", ", s[3], "], got ", mask.shape());
  require<DtypeError>(mask.dtype() == u8 || mask.dtype() == dtype,
                      "MultiheadAttention: the attention mask must be u8, or ", dtype,
                      " to be added to the scores, got ", mask.dtype());
  return by_head ? reshape(mask, s) : mask;
}

}  // namespace

AttentionOptions MultiheadAttention::checked_options(const Tensor& q, const Tensor& k,
                                                     const Tensor& v,
                                                     const AttentionMasks& masks) const {
  require<ShapeError>(q.rank() == 3 && k.rank() == 3 && q.size(0) == k.size(0) &&
                          q.size(2) == embed_ && k.size(2) == embed_,
                      "MultiheadAttention: q must be [batch, queries, embed] and k [batch, keys, "
                      "embed] for embed = ",
                      embed_, ", got ", q.shape(), " and ", k.shape());
  require<ShapeError>(
      v.rank() == 3 && v.size(2) == embed_ && v.size(0) == q.size(0) && v.size(1) == k.size(1),
      "MultiheadAttention: v must be [batch, keys, embed] = [", q.size(0), ", ", k.size(1), ", ",
      embed_, "], got ", v.shape());
  const Tensor padding = checked_padding(masks.key_padding, k.size(0), k.size(1));
  const Tensor mask =
      checked_mask(masks.attention, {q.size(0), heads_, q.size(1), k.size(1)}, q.dtype());
  const bool hides = mask && mask.dtype() == u8;
  return {.mask = allowed(padding, hides ? mask : Tensor()),
          .causal = masks.causal,
          .bias = hides ? Tensor() : mask};
}

Tensor MultiheadAttention::weights_of(const Tensor& q, const Tensor& k,
                                      const AttentionOptions& options) const {
  const Tensor scores = matmul(split_heads(q, 0), transpose(split_heads(k, 1), -2, -1));
  const Index size = embed_ / heads_;
  return attention_weights(scores, 1 / std::sqrt(double(size)), options);
}

// [batch, heads, queries, size] -> [batch, queries, embed]
Tensor MultiheadAttention::join_heads(const Tensor& y) {
  return out_proj(reshape(transpose(y, 1, 2), {y.size(0), y.size(2), embed_}));
}

Tensor MultiheadAttention::mix(const Tensor& weights, const Tensor& v) {
  return join_heads(matmul(dropout_(weights), split_heads(v, 2)));
}

Tensor MultiheadAttention::operator()(const Tensor& x, const AttentionMasks& masks) {
  return run(x, [&] { return forward(x, masks); });
}

Tensor MultiheadAttention::operator()(const Tensor& q, const Tensor& k, const Tensor& v,
                                      const AttentionMasks& masks) {
  return run(q, [&] { return attend(q, k, v, masks); });
}

Tensor MultiheadAttention::attend(const Tensor& q, const Tensor& k, const Tensor& v,
                                  const AttentionMasks& masks) {
  const AttentionOptions options = checked_options(q, k, v, masks);
  if (!dropout_.is_identity() || !runs_unseen<Dropout>(dropout_)) {
    return mix(weights_of(q, k, options), v);
  }
  return join_heads(scaled_dot_product_attention(split_heads(q, 0), split_heads(k, 1),
                                                 split_heads(v, 2), options));
}

MultiheadAttention::Output MultiheadAttention::attend_and_show(const Tensor& q, const Tensor& k,
                                                               const Tensor& v,
                                                               const AttentionMasks& masks) {
  const Tensor weights = weights_of(q, k, checked_options(q, k, v, masks));
  return {mix(weights, v), mean(weights, {1})};
}

}  // namespace gradus::nn
