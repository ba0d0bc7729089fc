#pragma once
// Reduce on plateau: the learning rate is cut when a metric has stopped improving.  The one
// schedule that has state, since what it does depends on the metrics so far.
//
//   optim::ReduceOnPlateau plateau({.factor = 0.5, .patience = 3});
//   plateau.update(test_loss, optimizer);       // once after each epoch; cuts lr in all groups
//
// For each metric, where b is the best so far (at first the worst there is), bad the number of
// metrics since that were no improvement, and c what is left of the cooldown:
//
//   improved:  b <- metric, bad <- 0;     otherwise:  bad <- bad + 1
//   PyTorch:   if c > 0:  c <- c - 1, bad <- 0
//              cut if bad > patience
//   Keras:     if c > 0:  c <- c - 1, bad <- (1 if c = 0 now and not improved, else 0)
//              cut if bad > 0 and bad >= patience
//   a cut:     c <- cooldown, bad <- 0, lr <- max(factor lr, min_lr) where that is lower by more
//              than eps
//
// So with the same patience PyTorch cuts one epoch later than Keras (but for patience 0, which
// Keras treats as 1), and with the same cooldown it waits one epoch longer.
//
//   A constant metric, factor 0.1: lr after epochs 1 to 5
//   patience   PyTorch                   Keras
//   0          1, .1, .01, .001, .0001   1, .1, .01, .001, .0001
//   1          1,  1,  .1,   .1,   .01   1, .1, .01, .001, .0001
//   2          1,  1,   1,   .1,    .1   1,  1,  .1,   .1,   .01
//
// A metric that is NaN is never an improvement: it counts as bad.
#include <gradus/core/shape.h>

namespace gradus::optim {

struct Plateau {
  enum class Mode { min, max };  ///< whether the metric should fall or rise
  /// What counts as an improvement on the best b, in mode min (in max: + for -, > for <).
  enum class Threshold {
    relative,         ///< metric < b - threshold |b|
    absolute,         ///< metric < b - threshold
    relative_signed,  ///< metric < b (1 - threshold): PyTorch's, a trap.  For a negative b that is
                      ///< above b, so that a constant metric improves for ever: never a cut.
  };
  enum class Patience { pytorch, keras };  ///< how patience and cooldown count: see above

  double factor = 0.1;      ///< at least 0 and below 1
  Index patience = 10;      ///< at least 0
  Index cooldown = 0;       ///< at least 0: metrics after a cut that do not count as bad
  double min_lr = 0;        ///< at least 0
  double threshold = 1e-4;  ///< at least 0, if relative below 1
  Mode mode = Mode::min;
  Threshold threshold_mode = Threshold::relative;
  Patience patience_rule = Patience::pytorch;
  double eps = 1e-8;  ///< at least 0: smaller changes of the rate are not made

  /// torch.optim.lr_scheduler.ReduceLROnPlateau.  The defaults above differ in one thing: they are
  /// not trapped by a negative metric.
  static Plateau pytorch() { return {.threshold_mode = Threshold::relative_signed}; }
  /// keras.callbacks.ReduceLROnPlateau
  static Plateau keras() {
    return {.threshold_mode = Threshold::absolute, .patience_rule = Patience::keras, .eps = 0};
  }

  /// Throws ValueError for an option out of its range.
  void check() const;
};

class OptimizerBase;

class ReduceOnPlateau {
 public:
  /// All that it remembers, by name.  An infinite best stands for none so far.
  struct State {
    double best = 0;
    Index bad = 0;
    Index cooldown = 0;  ///< what is left of it
    static void fields(auto& self, auto&& visit) {
      visit("best", self.best);
      visit("bad", self.bad);
      visit("cooldown", self.cooldown);
    }
  };

  /// Throws ValueError for an option out of its range.
  explicit ReduceOnPlateau(const Plateau& options = {});

  /// Takes in a metric.  Returns whether the rate is to be cut now.
  bool update(double metric);
  /// The same, and cuts the rates of all groups of the optimizer.  Throws ValueError, changing
  /// nothing, if a schedule moves one of them, or one is not finite or below 0.
  bool update(double metric, OptimizerBase& optimizer);

  /// The rate after a cut: max(factor lr, min_lr), or lr where that is at most eps below lr. Throws
  /// ValueError unless lr is finite and at least 0.
  double next_lr(double lr) const;

  const Plateau& options() const { return options_; }
  const State& state() const { return state_; }
  /// Throws ValueError, changing nothing, if best is NaN or a count is below 0.
  void set_state(const State& state);

 private:
  bool improves(double metric) const;

  Plateau options_;
  State state_;
};

}  // namespace gradus::optim
