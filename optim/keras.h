#pragma once
// The optimizers of Keras 3, under its names of the options and with its defaults.
//
//   optim::Optimizer opt(net.parameters(), optim::keras::RMSprop{.learning_rate = 1e-3});
//
// Each stands for a rule of ours with the options that make it Keras's.  What is different in
// Keras: weight decay is decoupled everywhere; all parameters count the steps of the whole
// optimizer, so that one frozen at first has no bias correction left; eps stands elsewhere.
//
// What Keras's optimizers do besides is done by functions of their own, before and after a step:
//   clipvalue                            clip_grad_value (optim/clip.h)
//   global_clipnorm                      clip_grad_norm of all parameters, but for its 1e-6
//   clipnorm, of each variable           clip_each_grad_norm
//   use_ema, ema_momentum=0.99           Ema(parameters, 0.99) and copy_to (optim/weight_average.h)
//   gradient_accumulation_steps          Accumulation; schedules count steps, Keras's micro-batches
//   learning_rate=a schedule             Optimizer::schedule (optim/schedule.h)
#include <gradus/optim/adadelta.h>
#include <gradus/optim/adafactor.h>
#include <gradus/optim/adagrad.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/adamax.h>
#include <gradus/optim/adamw.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lion.h>
#include <gradus/optim/muon.h>
#include <gradus/optim/nadam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

namespace gradus::optim::keras {

/// m <- momentum * m - lr * g;  w <- w + m, or w + momentum * m - lr * g with nesterov.
struct SGD {
  using rule_type = optim::SGD;
  static constexpr bool counts_together = true;

  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;  ///< without momentum it does nothing, as in Keras
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .momentum = momentum,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true,
            .nesterov = nesterov && momentum > 0,
            .lr_in_buffer = true};
  }
};

/// s <- s + g^2;  w <- w - lr * g / sqrt(s + epsilon).
struct Adagrad {
  using rule_type = optim::Adagrad;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true,
            .initial_accumulator_value = initial_accumulator_value,
            .eps_in_root = true};
  }
};

/// v <- rho * v + (1 - rho) * g^2;  m <- momentum * m + lr * g / sqrt(v + epsilon);  w <- w - m.
struct RMSprop {
  using rule_type = optim::RMSprop;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .alpha = rho,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true,
            .momentum = momentum,
            .centered = centered,
            .eps_in_root = true,
            .lr_in_buffer = true};
  }
};

/// The paper's method with a rate of 0.001 on top, a thousand times slower: mind the default.
struct Adadelta {
  using rule_type = optim::Adadelta;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double rho = 0.95;
  double epsilon = 1e-7;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .rho = rho,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true};
  }
};

/// w <- w - lr * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon).
struct Adam {
  using rule_type = optim::Adam;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .beta1 = beta_1,
            .beta2 = beta_2,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true,
            .amsgrad = amsgrad,
            .eps_before_correction = true};
  }
};

/// Keras's Adam with another default of weight_decay.
struct AdamW {
  using rule_type = optim::AdamW;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double weight_decay = 4e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;

  operator rule_type() const {
    return {.lr = learning_rate,
            .beta1 = beta_1,
            .beta2 = beta_2,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .amsgrad = amsgrad,
            .eps_before_correction = true};
  }
};

/// u <- max(beta_2 * u, |g|);  w <- w - lr * m / ((1 - beta_1^t) * (u + epsilon)).
struct Adamax {
  using rule_type = optim::Adamax;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .beta1 = beta_1,
            .beta2 = beta_2,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true,
            .eps_in_max = false};
  }
};

/// mu_t = beta_1 * (1 - 0.5 * 0.96^t), with one product of the mu for all parameters.
struct Nadam {
  using rule_type = optim::NAdam;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .beta1 = beta_1,
            .beta2 = beta_2,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true,
            .momentum_decay = 1};
  }
};

/// The paper's, with a larger rate than timm's.
struct Lion {
  using rule_type = optim::Lion;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate, .beta1 = beta_1, .beta2 = beta_2, .weight_decay = weight_decay};
  }
};

/// The trust ratio always applies, and sees neither a clipped gradient nor the weight decay.
struct Lamb {
  using rule_type = optim::LAMB;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .beta1 = beta_1,
            .beta2 = beta_2,
            .eps = epsilon,
            .weight_decay = weight_decay,
            .decoupled_weight_decay = true,
            .always_adapt = true};
  }
};

/// The paper's g^2 + epsilon_1.  (Keras's relative_step changes nothing: it is always in force.)
struct Adafactor {
  using rule_type = optim::Adafactor;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double beta_2_decay = -0.8;
  double epsilon_1 = 1e-30;
  double epsilon_2 = 1e-3;
  double clip_threshold = 1;
  double weight_decay = 0;

  operator rule_type() const {
    return {.lr = learning_rate,
            .beta2_decay = beta_2_decay,
            .eps1 = epsilon_1,
            .eps2 = epsilon_2,
            .clip_threshold = clip_threshold,
            .weight_decay = weight_decay,
            .eps1_in_square = true,
            .decay_first = true};
  }
};

/// For matrices alone.  What Keras hands to an AdamW within it goes to a keras::AdamW beside it:
/// JointOptimizer (optim/joint.h) steps both as one.
struct Muon {
  using rule_type = optim::Muon;
  static constexpr bool counts_together = true;

  double learning_rate = 1e-3;
  double weight_decay = 0.004;
  double muon_a = 3.4445;
  double muon_b = -4.7750;
  double muon_c = 2.0315;
  double momentum = 0.95;
  Index ns_steps = 5;
  bool nesterov = true;
  double rms_rate = 0.2;  ///< above 0: Keras's None, no scale at all, there is not

  operator rule_type() const {
    require_above_zero("keras::Muon", "rms_rate", rms_rate);
    return {.lr = learning_rate,
            .weight_decay = weight_decay,
            .momentum = momentum,
            .nesterov = nesterov,
            .a = muon_a,
            .b = muon_b,
            .c = muon_c,
            .newton_schulz_steps = ns_steps,
            .matched_rms = rms_rate,
            .sum_momentum = true,
            .add_eps = true};
  }
};

}  // namespace gradus::optim::keras
