#pragma once
#include <gradus/nn/attention.h>
#include <gradus/nn/layer_norm.h>

namespace gradus::nn {

struct TransformerOptions {
  Index feedforward = 2048;
  double dropout = 0.1;
  bool gelu = false;        ///< in place of relu; by the error function, as PyTorch's "gelu"
  bool norm_first = false;  ///< normalise what goes into each part, not what comes out
  double eps = 1e-5;        ///< of the normalisations
};

/// Attention of a sequence to itself, then two linear layers at each place, both beside a residual:
///   norm last:   x <- norm1(x + self_attn(x)),  x <- norm2(x + linear2(relu(linear1(x))))
///   norm first:  x <- x + self_attn(norm1(x)),  x <- x + linear2(relu(linear1(norm2(x))))
/// x: [batch, length, embed] -> the same.  Children, named as PyTorch's: self_attn, linear1
/// [feedforward, embed], linear2 [embed, feedforward], norm1, norm2.  Dropout acts on the weights
/// of attention, between the two linear layers, and on both results before they are added. Vaswani
/// et al.: Attention is all you need. NeurIPS 2017, arXiv:1706.03762; norm first: Xiong et al.: On
/// layer normalization in the transformer architecture. ICML 2020, arXiv:2002.04745.
class TransformerEncoderLayer : public Module {
 public:
  TransformerEncoderLayer(Index embed, Index heads, Rng& rng,
                          const TransformerOptions& options = {});

  Tensor forward(const Tensor& x) override { return forward(x, {}); }
  Tensor forward(const Tensor& x, const AttentionMasks& masks);
  using Module::operator();
  /// forward(x, masks), with the module's hooks.
  Tensor operator()(const Tensor& x, const AttentionMasks& masks);
  void fields(Fields& visit) override;

  MultiheadAttention self_attn;
  Linear linear1, linear2;
  LayerNorm norm1, norm2;

 private:
  Tensor feed(const Tensor& x);

  Dropout dropout_, dropout1_, dropout2_;
  bool gelu_;
  bool norm_first_;
};

}  // namespace gradus::nn
