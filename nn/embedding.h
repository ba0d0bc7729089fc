#pragma once
#include <gradus/core/random.h>
#include <gradus/nn/module.h>

namespace gradus::nn {

/// A vector for each of n things: y = weight[x].  x: i64 of any shape, each from 0 to n - 1
/// -> [..., d].  Parameter, named as PyTorch's: weight [n, d], normal with deviation 1 at first.
class Embedding : public Module {
 public:
  Tensor weight;

  /// Throws ValueError unless n and d are at least 1.
  Embedding(Index n, Index d, Rng& rng);

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;
};

}  // namespace gradus::nn
