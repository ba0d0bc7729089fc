#pragma once
// RMSprop as TensorFlow 1 had it (tf.train.RMSPropOptimizer), which published recipes of its time
// were tuned with; timm keeps it as RMSpropTF.
//
//   v <- decay * v + (1 - decay) * g^2                                    v starts at 1, not 0
//   m <- momentum * m + lr * g / sqrt(v + epsilon)
//   w <- w - m
//
// centered: v - a^2 stands for v in the second line, a being the running mean of g.
#include <gradus/optim/rmsprop.h>

namespace gradus::optim::tf1 {

struct RMSprop {
  using rule_type = optim::RMSprop;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-2;  ///< timm's; TensorFlow had no default
  double decay = 0.9;
  double momentum = 0;
  double epsilon = 1e-10;
  bool centered = false;

  operator rule_type() const {
    return {.lr = learning_rate,
            .alpha = decay,
            .eps = epsilon,
            .momentum = momentum,
            .centered = centered,
            .initial_square = 1,
            .eps_in_root = true,
            .lr_in_buffer = true};
  }
};

}  // namespace gradus::optim::tf1
