#pragma once
// Exponentials normalised along a dimension, the last one, [..., classes], unless said otherwise.
// The row's largest element is taken off first, so that large finite numbers never overflow.
#include <gradus/core/tensor.h>

namespace gradus {

/// e^x / sum e^x
Tensor softmax(const Tensor& x, Index dim = -1);
/// x - ln sum e^x
Tensor log_softmax(const Tensor& x, Index dim = -1);

/// The mean over the batch of -ln softmax(logits)[label], in nats.
/// logits: [batch, classes], labels: i64 [batch] -> [].  NaN for an empty batch, as PyTorch.
/// Throws IndexError, naming the row, for a label outside 0 ... classes - 1.
Tensor cross_entropy(const Tensor& logits, const Tensor& labels);

}  // namespace gradus
