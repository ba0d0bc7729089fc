#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/nn/transformer.h>

namespace gradus::nn {

TransformerEncoderLayer::TransformerEncoderLayer(Index embed, Index heads, Rng& rng,
                                                 const TransformerOptions& options)
    : self_attn(embed, heads, rng, options.dropout),
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
  if (norm_first_) {
    const Tensor y = x + dropout1_(self_attn(norm1(x), masks));
    return y + feed(norm2(y));
  }
  const Tensor y = norm1(x + dropout1_(self_attn(x, masks)));
  return norm2(y + feed(y));
}

}  // namespace gradus::nn
