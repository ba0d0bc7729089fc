#pragma once
// Losses: scalars that say how wrong a batch of predictions is, averaged.
#include <gradus/autograd/ops/softmax.h>
#include <gradus/core/tensor.h>

namespace gradus::nn {

/// From logits and class indices: see autograd/ops/softmax.h.
using gradus::cross_entropy;

/// The mean over all elements of (prediction - target)^2.  Throws ShapeError unless both have one
/// shape: broadcasting here is nearly always a mistake.
Tensor mse(const Tensor& prediction, const Tensor& target);

/// The share of rows whose largest logit is at the label, from 0 to 1; not differentiable.
/// logits: [batch, classes], labels: i64 [batch].  NaN for an empty batch.
double accuracy(const Tensor& logits, const Tensor& labels);

}  // namespace gradus::nn
