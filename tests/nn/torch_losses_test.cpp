// Losses against values and gradients of PyTorch.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/nn/loss.h>
#include <gtest/gtest.h>

#include "support/recorded_ops.h"

namespace gradus {
namespace {

using nn::Reduction;
using Tensors = std::vector<Tensor>;
using Labels = std::vector<std::int64_t>;

Tensor labels() { return from_vector(Labels{2, 0, 1, 2}, {4}); }
Tensor ignored() { return from_vector(Labels{2, -100, 1, 2}, {4}); }
Tensor places() { return from_vector(Labels{1, 0, -100, 2}, {2, 2}); }
Tensor weight(const Tensor& x) { return convert(tensor({1, 2, 0.5}), x.dtype()); }

const test::NamedOps kTorchLossesOps = {
    {"mse", [](const Tensors& x) { return nn::mse(x[0], x[1]); }},
    {"l1", [](const Tensors& x) { return nn::l1(x[0], x[1], Reduction::sum); }},
    {"smooth_l1", [](const Tensors& x) { return nn::smooth_l1(x[0], x[1], {.beta = 0.5}); }},
    {"huber",
     [](const Tensors& x) {
       return nn::huber(x[0], x[1], {.delta = 0.7, .reduction = Reduction::none});
     }},
    {"bce", [](const Tensors& x) { return nn::bce(sigmoid(x[0]), sigmoid(x[1])); }},
    {"bce_with_logits", [](const Tensors& x) { return nn::bce_with_logits(x[0], x[1]); }},
    {"bce_pos_weight",
     [](const Tensors& x) {
       return nn::bce_with_logits(x[0], x[1],
                                  {.weight = weight(x[0]) * 2, .pos_weight = weight(x[0])});
     }},
    {"cross_entropy", [](const Tensors& x) { return nn::cross_entropy(x[0], labels()); }},
    {"cross_entropy_weighted",
     [](const Tensors& x) {
       return nn::cross_entropy(x[0], ignored(), {.weight = weight(x[0]), .label_smoothing = 0.2});
     }},
    {"cross_entropy_sum",
     [](const Tensors& x) {
       return nn::cross_entropy(x[0], ignored(), {.reduction = Reduction::sum});
     }},
    {"cross_entropy_places",
     [](const Tensors& x) {
       return nn::cross_entropy(
           x[0], places(),
           {.weight = weight(x[0]), .label_smoothing = 0.1, .reduction = Reduction::none});
     }},
    {"cross_entropy_soft",
     [](const Tensors& x) {
       return nn::cross_entropy(x[0], softmax(x[1], 1),
                                {.weight = weight(x[0]), .label_smoothing = 0.1});
     }},
    {"nll", [](const Tensors& x) { return nn::nll(x[0], ignored(), {.weight = weight(x[0])}); }},
    {"kl_divergence",
     [](const Tensors& x) {
       return nn::kl_divergence(log_softmax(x[0]), softmax(x[1]), {.batch_mean = true});
     }},
    {"kl_divergence_logs", [](const Tensors& x) {
       return nn::kl_divergence(log_softmax(x[0]), log_softmax(x[1]),
                                {.log_target = true, .reduction = Reduction::sum});
     }}};

TEST(TorchLosses, values_and_gradients_agree) {
  test::expect_ops_as_recorded("ops_losses.txt", kTorchLossesOps);
}

}  // namespace
}  // namespace gradus
