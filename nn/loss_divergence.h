#pragma once
#include <gradus/nn/reduction.h>

namespace gradus::nn {

struct KlOptions {
  bool log_target = false;  ///< the target is given as logarithms, too
  bool batch_mean = false;  ///< the sum over the first dimension's size: the divergence of a row
  /// The mean is over all elements, as in PyTorch: not the divergence, but that over the classes.
  Reduction reduction = Reduction::mean;
};
/// target (ln target - log_prediction) of each element, 0 where the target is 0 and NaN where it is
/// below: the divergence of Kullback and Leibler, summed over the classes, of the prediction from
/// the target.
/// log_prediction: logarithms of probabilities, as log_softmax gives them.
/// Kullback, Leibler: On information and sufficiency. Annals of Mathematical Statistics 22, 1951.
Tensor kl_divergence(const Tensor& log_prediction, const Tensor& target, const KlOptions& o = {});

}  // namespace gradus::nn
