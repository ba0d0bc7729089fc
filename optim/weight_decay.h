#pragma once
// Weight decay inside a formula, for every rule that has the options lr, weight_decay and
// decoupled_weight_decay:
//
//   g <- g + weight_decay * w          coupled: the gradient of (weight_decay / 2) |w|^2
//   w <- (1 - lr * weight_decay) * w   decoupled: the rule's moments never see it
//
// Loshchilov, Hutter: Decoupled weight decay regularization. ICLR 2019, arXiv:1711.05101.  There
// the decoupled decay is scaled by the schedule's factor alone; PyTorch and Keras, and so Gradus,
// take the whole learning rate.
#include <gradus/optim/elements.h>

namespace gradus::optim {

/// Applies what the rule's options ask for to the element w and its gradient g.
template <class R, class S>
void decay_weight(const R& rule, S& w, S& g) {
  if (rule.weight_decay != 0) {
    if (rule.decoupled_weight_decay) {
      w *= 1 - rule.lr * rule.weight_decay;
    } else {
      g = named("g", g + rule.weight_decay * w);
    }
  }
}

}  // namespace gradus::optim
