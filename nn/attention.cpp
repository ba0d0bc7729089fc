#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/attention.h>
#include <gradus/nn/init.h>

#include <cmath>

namespace gradus::nn {

MultiheadAttention::MultiheadAttention(Index embed, Index heads, Rng& rng, double dropout)
    : out_proj(embed, embed, rng), embed_(embed), heads_(heads), dropout_(dropout, rng) {
  require(heads >= 1 && embed % heads == 0, "MultiheadAttention: heads must divide embed, got ",
          heads, " and ", embed);
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

// 1 where neither mask hides a key: [batch or 1, 1, queries or 1, keys].
Tensor allowed(const AttentionMasks& masks, Index batch, Index queries, Index keys) {
  const Tensor& padding = masks.key_padding;
  const Tensor& hidden = masks.attention;
  if (padding) {
    require<ShapeError>(padding.shape() == Shape{batch, keys},
                        "MultiheadAttention: key_padding must be [batch, keys] = [", batch, ", ",
                        keys, "], got ", padding.shape());
    require<DtypeError>(padding.dtype() == u8, "MultiheadAttention: masks must be u8, got ",
                        padding.dtype());
  }
  if (hidden) {
    require<ShapeError>(hidden.shape() == Shape{queries, keys},
                        "MultiheadAttention: the attention mask must be [queries, keys] = [",
                        queries, ", ", keys, "], got ", hidden.shape());
    require<DtypeError>(hidden.dtype() == u8, "MultiheadAttention: masks must be u8, got ",
                        hidden.dtype());
  }
  if (!padding && !hidden) {
    return {};
  }
  const Index rows = padding ? batch : 1;
  const Index columns = hidden ? queries : 1;
  Tensor mask({rows, 1, columns, keys}, u8);
  std::uint8_t* to = mask.mutable_data<std::uint8_t>();
  const std::vector<std::uint8_t> none;
  const auto pad = padding ? padding.to_vector<std::uint8_t>() : none;
  const auto hide = hidden ? hidden.to_vector<std::uint8_t>() : none;
  for (Index i = 0; i < mask.numel(); ++i) {
    const Index key = i % keys;
    const bool is_pad = padding && pad[std::size_t(i / (columns * keys) * keys + key)] != 0;
    const bool is_hidden = hidden && hide[std::size_t(i % (columns * keys))] != 0;
    to[i] = !is_pad && !is_hidden;
  }
  return mask;
}

}  // namespace

Tensor MultiheadAttention::weights_of(const Tensor& q, const Tensor& k,
                                      const AttentionMasks& masks) {
  require<ShapeError>(q.rank() == 3 && k.rank() == 3 && q.size(0) == k.size(0) &&
                          q.size(2) == embed_ && k.size(2) == embed_,
                      "MultiheadAttention: q must be [batch, queries, embed] and k [batch, keys, "
                      "embed] for embed = ",
                      embed_, ", got ", q.shape(), " and ", k.shape());
  const Tensor scores = matmul(split_heads(q, 0), transpose(split_heads(k, 1), -2, -1));
  const double scale = 1 / std::sqrt(double(embed_ / heads_));
  return attention_weights(
      scores, scale,
      {.mask = allowed(masks, q.size(0), q.size(1), k.size(1)), .causal = masks.causal});
}

Tensor MultiheadAttention::mix(const Tensor& weights, const Tensor& v) {
  require<ShapeError>(v.rank() == 3 && v.size(2) == embed_ && v.size(0) == weights.size(0) &&
                          v.size(1) == weights.size(3),
                      "MultiheadAttention: v must be [batch, keys, embed] = [", weights.size(0),
                      ", ", weights.size(3), ", ", embed_, "], got ", v.shape());
  const Tensor y = matmul(dropout_(weights), split_heads(v, 2));
  return out_proj(reshape(transpose(y, 1, 2), {v.size(0), weights.size(2), embed_}));
}

Tensor MultiheadAttention::attend(const Tensor& q, const Tensor& k, const Tensor& v,
                                  const AttentionMasks& masks) {
  return mix(weights_of(q, k, masks), v);
}

MultiheadAttention::Output MultiheadAttention::attend_and_show(const Tensor& q, const Tensor& k,
                                                               const Tensor& v,
                                                               const AttentionMasks& masks) {
  const Tensor weights = weights_of(q, k, masks);
  return {mix(weights, v), mean(weights, {1})};
}

}  // namespace gradus::nn
