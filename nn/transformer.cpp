#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/nn/transformer.h>

namespace gradus::nn {

namespace {

// Before the first child is made, which would speak in its own name.
Index checked_embed(Index embed, Index heads, const TransformerOptions& o) {
  require(embed >= 1 && heads >= 1 && embed % heads == 0,
          "TransformerEncoderLayer: heads must divide embed, got ", heads, " and ", embed);
  require(o.feedforward >= 1, "TransformerEncoderLayer: feedforward must be at least 1, got ",
          o.feedforward);
  require(o.dropout >= 0 && o.dropout <= 1,
          "TransformerEncoderLayer: dropout must be from 0 to 1, got ", o.dropout);
  return embed;
}

}  // namespace

TransformerEncoderLayer::TransformerEncoderLayer(Index embed, Index heads, Rng& rng,
                                                 const TransformerOptions& options)
    : self_attn(checked_embed(embed, heads, options), heads, rng, options.dropout),
      linear1(embed, options.feedforward, rng),
      linear2(options.feedforward, embed, rng),
      norm1(embed, options.eps),
      norm2(embed, options.eps),
      dropout_(options.dropout, rng),
      dropout1_(options.dropout, rng),
      dropout2_(options.dropout, rng),
      gelu_(options.gelu),
      norm_first_(options.norm_first) {}

void TransformerEncoderLayer::fields(Fields& visit) {
  visit("self_attn", self_attn);
  visit("linear1", linear1);
  visit("linear2", linear2);
  visit("norm1", norm1);
  visit("norm2", norm2);
  visit("dropout", dropout_);
  visit("dropout1", dropout1_);
  visit("dropout2", dropout2_);
}

Tensor TransformerEncoderLayer::feed(const Tensor& x) {
  const Tensor h = linear1(x);
  return dropout2_(linear2(dropout_(gelu_ ? gelu(h) : relu(h))));
}

Tensor TransformerEncoderLayer::operator()(const Tensor& x, const AttentionMasks& masks) {
  return run(x, [&] { return forward(x, masks); });
}

Tensor TransformerEncoderLayer::forward(const Tensor& x, const AttentionMasks& masks) {
  const Index embed = linear2.weight.size(0);
  require<ShapeError>(x.rank() == 3 && x.size(2) == embed,
                      "TransformerEncoderLayer: x must be [batch, length, embed] for embed = ",
                      embed, ", got ", x.shape());
  if (norm_first_) {
    const Tensor y = x + dropout1_(self_attn(norm1(x), masks));
    return y + feed(norm2(y));
  }
  const Tensor y = norm1(x + dropout1_(self_attn(x, masks)));
  return norm2(y + feed(y));
}

}  // namespace gradus::nn
