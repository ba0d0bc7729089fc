#pragma once
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/nn/loss.h>

#include "support/op_rows/indexing.h"

namespace gradus::test {

inline const ShapeLists kPairs = {{{}, {}},         {{1}, {1}},      {{4}, {4}},
                                  {{2, 3}, {2, 3}}, {{0}, {0}},      {{3, 1, 2}, {3, 1, 2}},
                                  {{5, 1}, {5, 1}}, {{2, 0}, {2, 0}}};

template <class F>
OpRow pair_row(const char* name, F f) {
  return {name, [f](const Tensors& x) { return f(x[0], x[1]); }, kPairs};
}

/// Labels for scores [batch, classes, ...], and the same with the first one ignored.
inline Tensor labels_of(const Tensor& scores, bool ignore_first = false) {
  Shape shape = scores.shape();
  shape.erase(scores.rank() == 1 ? 0 : 1);
  const Index classes = scores.size(scores.rank() == 1 ? 0 : 1);
  const Tensor labels = scattered(shape, classes);
  if (ignore_first && labels.numel() > 0) {
    labels.mutable_data<std::int64_t>()[0] = -100;
  }
  return labels;
}

/// Weights 1, 2, 3, ... of the classes.
inline Tensor weights_of(const Tensor& scores) {
  return convert(arange(scores.size(scores.rank() == 1 ? 0 : 1)), scores.dtype()) + 1;
}

inline std::vector<OpRow> loss_rows() {
  using nn::Reduction;
  const ShapeLists scores = {{{3}},    {{1, 3}},    {{4, 2}}, {{2, 3, 2}}, {{2, 2, 1, 3}},
                             {{3, 1}}, {{1, 4, 2}}, {{2, 3}}, {{5, 2}},    {{1, 2, 2}}};
  ShapeLists scores_or_none = scores;
  scores_or_none.insert(scores_or_none.end(), {{{0, 3}}, {{2, 3, 0}}});
  const ShapeLists score_pairs = {{{3}, {3}},       {{2, 3}, {2, 3}},       {{1, 2}, {1, 2}},
                                  {{3, 2}, {3, 2}}, {{2, 3, 2}, {2, 3, 2}}, {{4, 1}, {4, 1}}};
  return {
      pair_row("mse_sum",
               [](const Tensor& x, const Tensor& y) { return nn::mse(x, y, Reduction::sum); }),
      pair_row("l1", [](const Tensor& x,
                        const Tensor& y) { return nn::l1(x * 0.2, y + 4, Reduction::none); }),
      pair_row("smooth_l1",
               [](const Tensor& x, const Tensor& y) {
                 return nn::smooth_l1(x, y, {.beta = 0.7, .reduction = Reduction::none});
               }),
      pair_row("huber",
               [](const Tensor& x, const Tensor& y) {
                 return nn::huber(x, y, {.delta = 1.3, .reduction = Reduction::sum});
               }),
      pair_row("bce",
               [](const Tensor& x, const Tensor& y) {
                 return nn::bce(sigmoid(x), sigmoid(y), {.reduction = Reduction::sum});
               }),
      pair_row("bce_with_logits",
               [](const Tensor& x, const Tensor& y) {
                 return nn::bce_with_logits(x, y, {.reduction = Reduction::none});
               }),
      pair_row("bce_with_logits_weighted",
               [](const Tensor& x, const Tensor& y) {
                 const Tensor two = full({}, 2, x.dtype());
                 return nn::bce_with_logits(
                     x, y, {.weight = two, .pos_weight = two, .reduction = Reduction::sum});
               }),
      pair_row("kl_divergence",
               [](const Tensor& x, const Tensor& y) {
                 return nn::kl_divergence(x, exp(y), {.reduction = Reduction::sum});
               }),
      pair_row("kl_divergence_of_logs",
               [](const Tensor& x, const Tensor& y) {
                 return nn::kl_divergence(x, y, {.log_target = true, .reduction = Reduction::none});
               }),
      on_shapes("cross_entropy_rows", scores_or_none,
                [](const Tensor& x) {
                  return nn::cross_entropy(x, labels_of(x), {.reduction = Reduction::none});
                }),
      on_shapes("cross_entropy_weighted", scores,
                [](const Tensor& x) {
                  return nn::cross_entropy(x, labels_of(x),
                                           {.weight = weights_of(x), .label_smoothing = 0.2});
                }),
      on_shapes("cross_entropy_ignoring", scores_or_none,
                [](const Tensor& x) {
                  return nn::cross_entropy(x, labels_of(x, true),
                                           {.label_smoothing = 0.1, .reduction = Reduction::sum});
                }),
      {"cross_entropy_of_probabilities",
       [](const Tensors& x) {
         return nn::cross_entropy(x[0], x[1], {.weight = weights_of(x[0]), .label_smoothing = 0.1});
       },
       score_pairs},
      {"cross_entropy_of_probabilities_summed",
       [](const Tensors& x) {
         return nn::cross_entropy(x[0], x[1], {.reduction = Reduction::sum});
       },
       {{{0, 3}, {0, 3}}, {{2, 3, 0}, {2, 3, 0}}, {{2, 3}, {2, 3}}, {{1, 2, 2}, {1, 2, 2}}}},
      on_shapes(
          "nll_rows", scores_or_none,
          [](const Tensor& x) { return nn::nll(x, labels_of(x), {.reduction = Reduction::none}); }),
      on_shapes("nll", scores, [](const Tensor& x) {
        return nn::nll(x, labels_of(x), {.weight = weights_of(x)});
      })};
}

}  // namespace gradus::test
