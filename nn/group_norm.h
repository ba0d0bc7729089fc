#pragma once
// Normalisation of each example on its own: by its magnitude, or in groups of channels.  LayerNorm
// is in nn/layer_norm.h.
#include <gradus/nn/module.h>

namespace gradus::nn {

/// y = x / sqrt(mean(x^2) + eps) weight, over the last dimension.  x: [..., n].
/// Parameter, named as PyTorch's: weight [n], ones at first.  eps is PyTorch's default for f32.
/// Zhang, Sennrich: Root mean square layer normalization. NeurIPS 2019, arXiv:1910.07467.
class RMSNorm : public Module {
 public:
  Tensor weight;  ///< undefined without affine

  /// Throws ValueError unless n is at least 1 and eps positive.
  explicit RMSNorm(Index n, double eps = 0x1p-23, bool affine = true);

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;

 private:
  Index n_;
  double eps_;
};

/// Each example to mean 0 and variance 1 in each of `groups` groups of neighbouring channels, then
/// each channel scaled and shifted.  x: [batch, channels, ...].
/// Parameters, named as PyTorch's: weight [channels], ones at first, and bias [channels], zeros.
/// Wu, He: Group normalization. ECCV 2018, arXiv:1803.08494.
class GroupNorm : public Module {
 public:
  Tensor weight;  ///< undefined without affine, as bias
  Tensor bias;

  /// Throws ValueError unless groups divides channels and eps is positive.
  GroupNorm(Index groups, Index channels, double eps = 1e-5, bool affine = true);

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;

 private:
  Index groups_;
  Index channels_;
  double eps_;
};

}  // namespace gradus::nn
