#pragma once
// Losses of one class out of several.  The classes are dimension 1 of the scores, [batch, classes]
// or [batch, classes, d1, ...], or the only one, [classes].
//
// A target is either class indices, i64, of the scores' shape without the classes, or (for
// cross_entropy) probabilities, of the scores' shape and dtype.  Indices are checked before
// anything is computed: IndexError naming value and position.  Other errors: ShapeError,
// DtypeError, ValueError.
#include <gradus/nn/reduction.h>

namespace gradus::nn {

struct CrossEntropyOptions {
  /// Of each class, [classes]; undefined for 1.  A constant: no gradient flows to it.
  Tensor weight = {};
  /// Rows with this label have no loss and no gradient, and do not count in the mean.
  Index ignore_index = -100;
  /// From 0 to 1: this share of the target is spread evenly over all classes.  Szegedy et al.:
  /// Rethinking the Inception architecture. CVPR 2016, arXiv:1512.00567, section 7.
  double label_smoothing = 0;
  /// The mean is weighted by the weights of the labels; over probabilities it is over the rows.
  /// Where all labels are ignored it is NaN, as in PyTorch.
  Reduction reduction = Reduction::mean;
};
/// -ln softmax(logits)[target], in nats.
Tensor cross_entropy(const Tensor& logits, const Tensor& target,
                     const CrossEntropyOptions& options = {});

struct NllOptions {
  Tensor weight = {};  ///< as of cross_entropy
  Index ignore_index = -100;
  Reduction reduction = Reduction::mean;
};
/// -log_probabilities[target]: cross_entropy of what log_softmax gave.  Class indices alone.
Tensor nll(const Tensor& log_probabilities, const Tensor& target, const NllOptions& options = {});

}  // namespace gradus::nn
