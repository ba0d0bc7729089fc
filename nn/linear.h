#pragma once
#include <gradus/core/random.h>
#include <gradus/nn/module.h>

namespace gradus::nn {

/// y = x weight' + bias.  x: [..., in] -> [..., out].
/// Parameters, named as PyTorch's: weight [out, in], bias [out].  Both start uniform in
/// +- 1 / sqrt(in), PyTorch's default.
class Linear : public Module {
 public:
  Tensor weight;
  Tensor bias;  ///< undefined without bias

  /// Throws ValueError unless in and out are at least 1.
  Linear(Index in, Index out, Rng& rng, bool with_bias = true);

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;
};

}  // namespace gradus::nn
