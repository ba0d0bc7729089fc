#pragma once
#include <gradus/core/random.h>
#include <gradus/nn/module.h>

#include <optional>

namespace gradus::nn {

/// A vector for each of n things: y = weight[x].  x: i64 of any shape, each from 0 to n - 1
/// -> [..., d].  Parameter, named as PyTorch's: weight [n, d], normal with deviation 1 at first.
/// The row `padding_idx`, counted from the end if negative, stands for places that hold nothing: it
/// is 0 at first and gets no gradient.
class Embedding : public Module {
 public:
  Tensor weight;

  /// Throws ValueError unless n and d are at least 1, IndexError unless -n <= padding_idx < n.
  Embedding(Index n, Index d, Rng& rng, std::optional<Index> padding_idx = {});

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;

 private:
  std::optional<Index> padding_idx_;
};

}  // namespace gradus::nn
