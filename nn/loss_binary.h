#pragma once
// Losses of yes and no: target y from 0 to 1, 1 for yes.  Weights broadcast to the losses' shape;
// ShapeError if they do not, or if they would stretch it.
#include <gradus/nn/reduction.h>

namespace gradus::nn {

struct BceOptions {
  Tensor weight = {};  ///< of each element's loss, broadcast; undefined for 1
  Reduction reduction = Reduction::mean;
};
/// -(y ln p + (1 - y) ln(1 - p)) of a probability p, each logarithm at least -100 so that the loss
/// stays finite (PyTorch's rule).  Throws ValueError naming the first p outside [0, 1].
Tensor bce(const Tensor& probability, const Tensor& target, const BceOptions& o = {});

struct BceWithLogitsOptions {
  Tensor weight = {};      ///< of each element's loss, broadcast; undefined for 1
  Tensor pos_weight = {};  ///< of the term of yes, broadcast; above 1 for classes that are rare
  Reduction reduction = Reduction::mean;
};
/// The same of p = sigmoid(z), without overflow for any finite logit z:
///   -(pos_weight y ln sigmoid(z) + (1 - y) ln sigmoid(-z))
Tensor bce_with_logits(const Tensor& logits, const Tensor& target,
                       const BceWithLogitsOptions& o = {});

}  // namespace gradus::nn
