#pragma once
#include <gradus/nn/module.h>

namespace gradus::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool affine = true;  ///< has weight; PyTorch's elementwise_affine
  bool bias = true;    ///< and bias beside it
};

/// y = (x - mean) / sqrt(var + eps) weight + bias, over the last dimensions.  x: [..., shape...].
/// Parameters, named as PyTorch's: weight [shape...], ones at first, and bias [shape...], zeros.
/// Ba, Kiros, Hinton: Layer normalization. arXiv:1607.06450, 2016.
class LayerNorm : public Module {
 public:
  Tensor weight;  ///< undefined without affine
  Tensor bias;    ///< undefined without affine or bias

  /// Over the last dimension, of size n.  Throws ValueError unless n is at least 1 and eps
  /// positive.
  explicit LayerNorm(Index n, double eps = 1e-5) : LayerNorm(Shape{n}, {.eps = eps}) {}
  LayerNorm(Index n, const LayerNormOptions& options) : LayerNorm(Shape{n}, options) {}
  /// Over the last dimensions, of these sizes.
  explicit LayerNorm(const Shape& shape, const LayerNormOptions& options = {});

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;

 private:
  Shape shape_;
  double eps_;
};

}  // namespace gradus::nn
