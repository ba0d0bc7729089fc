#pragma once
// Losses of operands and options that the bytes choose.
#include <gradus/nn/loss.h>

#include "fuzz/operands.h"

namespace gradus::test {

inline nn::Reduction reduction(Operands& o) { return nn::Reduction{o.one_of(3)}; }

inline Tensor loss_of_difference(Operands& o) {
  const Shape shape = o.yes() ? Shape{o.one_of(5)} : Shape{o.one_of(5), o.size(3)};
  const Tensor prediction = o.floating(shape);
  const Tensor target = o.floating(shape);
  const nn::Reduction of = reduction(o);
  switch (o.one_of(5)) {
    case 0:
      return nn::mse(prediction, target, of);
    case 1:
      return nn::l1(prediction, target, of);
    case 2:
      return nn::smooth_l1(prediction, target, {.beta = o.number(0, 2), .reduction = of});
    case 3:
      return nn::huber(prediction, target, {.delta = o.number(0.5, 2), .reduction = of});
    default: {
      const bool log_target = o.yes();
      return nn::kl_divergence(prediction, target,
                               {.log_target = log_target, .batch_mean = o.yes(), .reduction = of});
    }
  }
}

inline Tensor loss_of_yes_and_no(Operands& o) {
  const Index batch = o.one_of(5);
  const Index n = o.size(3);
  const Tensor prediction = o.yes() ? o.floating({batch, n}) : o.shares({batch, n});
  const Tensor target = o.shares({batch, n});
  const Tensor weight = o.optional({n});
  const nn::Reduction of = reduction(o);
  if (o.yes()) {
    return nn::bce(prediction, target, {.weight = weight, .reduction = of});
  }
  return nn::bce_with_logits(prediction, target,
                             {.weight = weight, .pos_weight = o.optional({n}), .reduction = of});
}

inline Tensor loss_of_classes(Operands& o) {
  const Index batch = o.one_of(5);
  const Index classes = o.size(5);
  const Index places = o.one_of(3);  // 0 for scores without them
  const Shape scores = places > 0 ? Shape{batch, classes, places} : Shape{batch, classes};
  const Shape labels = places > 0 ? Shape{batch, places} : Shape{batch};
  const Tensor x = o.floating(scores);
  const Tensor target = o.yes() ? o.shares(scores) : o.indices(labels, classes);
  const Tensor weight = o.optional({classes});
  const nn::Reduction of = reduction(o);
  const Index ignored = o.whole(0, classes);
  if (o.yes()) {
    return nn::nll(x, target, {.weight = weight, .ignore_index = ignored, .reduction = of});
  }
  return nn::cross_entropy(x, target,
                           {.weight = weight,
                            .ignore_index = ignored,
                            .label_smoothing = o.number(0, 1),
                            .reduction = of});
}

}  // namespace gradus::test
