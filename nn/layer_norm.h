#pragma once
#include <gradus/nn/module.h>

namespace gradus::nn {

/// y = (x - mean) / sqrt(var + eps) weight + bias, over the last dimension.  x: [..., n].
/// Parameters, named as PyTorch's: weight [n], ones at first, and bias [n], zeros.
/// Ba, Kiros, Hinton: Layer normalization. arXiv:1607.06450, 2016.
class LayerNorm : public Module {
 public:
  Tensor weight;
  Tensor bias;

  /// Throws ValueError unless n is at least 1 and eps positive.
  explicit LayerNorm(Index n, double eps = 1e-5);

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;

 private:
  double eps_;
};

}  // namespace gradus::nn
