#pragma once
// Losses: how wrong a batch of predictions is, for each element or each row, or their mean or sum.
// Names, formulas and defaults are PyTorch's.  Unlike PyTorch's they never broadcast a prediction
// against its target: that is nearly always a mistake, and an error here.
//
//   nn::cross_entropy(net(x), labels)
//   nn::huber(net(x), y, {.delta = 0.5, .reduction = nn::Reduction::sum})
#include <gradus/nn/loss_binary.h>
#include <gradus/nn/loss_classes.h>
#include <gradus/nn/loss_divergence.h>
#include <gradus/nn/loss_regression.h>

namespace gradus::nn {

/// The share of rows whose largest logit is at the label, from 0 to 1; not differentiable.
/// logits: [batch, classes], labels: i64 [batch].  NaN for an empty batch.
double accuracy(const Tensor& logits, const Tensor& labels);

}  // namespace gradus::nn
