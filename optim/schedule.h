#pragma once
// Schedules: an option of an optimizer as a pure function of the step.
//
//   using namespace gradus::optim;
//   optimizer.schedule("lr", schedule::product(schedule::linear(1, {.total = 500}),
//                                              schedule::cosine(0.1, {.total = 10000})));
//   optimizer.schedule_factor("weight_decay", schedule::step(1, {.size = 1000}));
//
// From then on each optimizer.step() sets the option first (optim/optimizer_base.h).
//
// Step 0 is the optimizer's first step.  So lr(s) is what PyTorch's optimizer works with when
// scheduler.step() has been called s times, once after each optimizer.step(), and what Keras's
// schedule gives for optimizer.iterations == s.
//
// A schedule returns the option's value, in the option's own unit, for learning rates, momentum,
// beta1, weight decay alike; the first argument of a maker is the value that it starts from.  A
// factor is a schedule that starts from 1, for product().  A `gamma` or `factor` has no unit.
// `total`, `size`, `up`, `period` count steps: of batches, or of epochs within every(batches, ...).
// They have no defaults (PyTorch's LinearLR has 5, CyclicLR 2000), so that a forgotten one is an
// error.
//
// All are closed formulas: nothing accumulates, any step may be asked for in any order, steps up to
// 2^53 (9e15) are told apart.  Past its end a schedule stays at its last value unless its comment
// says otherwise.  A maker throws ValueError for an argument out of its range, a schedule for a
// negative step.  Numbers are finite; values may be negative, since some options may.
#include <gradus/core/shape.h>

#include <functional>
#include <vector>

namespace gradus::optim {

/// The value of an option at a step, counted from 0.  Any callable will do.
using Schedule = std::function<double(Index)>;

namespace schedule {

/// value
Schedule constant(double value);

/// Which value the step of a milestone itself has.
enum class Boundary {
  starts_new,  ///< the new one, as in PyTorch
  ends_old     ///< still the old one, as in Keras's PiecewiseConstantDecay
};

struct Piecewise {
  std::vector<Index> milestones = {};  ///< increasing, from 1 on (from 0 on with ends_old)
  std::vector<double> values = {};     ///< one more than milestones
  Boundary boundary = Boundary::starts_new;
};
/// values[k], where k is the number of milestones passed.  With the values start * factor, start it
/// is PyTorch's ConstantLR.
Schedule piecewise(const Piecewise& options);

struct Step {
  Index size = 0;      ///< at least 1
  double gamma = 0.1;  ///< at least 0
};
/// start gamma^floor(s / size)      (StepLR; Keras's ExponentialDecay with staircase)
Schedule step(double start, const Step& options);

struct MultiStep {
  std::vector<Index> milestones = {};  ///< as Piecewise's
  double gamma = 0.1;                  ///< at least 0
  Boundary boundary = Boundary::starts_new;
};
/// start gamma^k, where k is the number of milestones passed      (MultiStepLR)
Schedule multi_step(double start, const MultiStep& options);

struct Exponential {
  double gamma = 0;  ///< above 0; one above 1 grows without bound
  Index steps = 1;   ///< at least 1: those in which the value changes by gamma
};
/// start gamma^(s / steps)      (ExponentialLR; Keras's ExponentialDecay)
Schedule exponential(double start, const Exponential& options);

struct InverseTime {
  double rate = 0;         ///< above 0
  Index steps = 1;         ///< at least 1
  bool staircase = false;  ///< rounds s / steps down
};
/// start / (1 + rate s / steps)      (Keras's InverseTimeDecay)
Schedule inverse_time(double start, const InverseTime& options);

struct Polynomial {
  Index total = 0;   ///< at least 1
  double power = 1;  ///< above 0
  double end = 0;    ///< Keras's default is 1e-4
  /// Keras's `cycle`: past the end, T in the formula is the first multiple of total that is at
  /// least s, so that the value jumps up after each multiple, less each time.
  bool cycle = false;
};
/// end + (start - end) (1 - s / T)^power with T = total      (PolynomialLR; Keras's
/// PolynomialDecay)
Schedule polynomial(double start, const Polynomial& options);

struct Linear {
  Index total = 0;  ///< at least 1
  double start_factor = 1.0 / 3;
  double end_factor = 1;
};
/// start (start_factor + (end_factor - start_factor) s / total): warm-up by default (LinearLR).
/// Goyal et al.: Accurate, large minibatch SGD. 2017, arXiv:1706.02677, section 2.2.
Schedule linear(double start, const Linear& options);

struct Cosine {
  Index total = 0;  ///< at least 1 (T_max)
  double end = 0;   ///< eta_min; Keras's alpha is end = alpha * start
  /// Past the end: false stays there, as Keras; true follows the cosine, as PyTorch, up to start
  /// again at step 2 total and so on.
  bool rises_again = false;
};
/// end + (start - end) (1 + cos(pi s / total)) / 2      (CosineAnnealingLR; Keras's CosineDecay)
/// Keras's warmup_target is sequence({linear, cosine}, {warmup_steps}).
/// Loshchilov, Hutter: SGDR: Stochastic gradient descent with warm restarts. ICLR 2017,
/// arXiv:1608.03983, equation 5.
Schedule cosine(double start, const Cosine& options);

struct CosineRestarts {
  Index period = 0;          ///< at least 1: length of the first (T_0; Keras's first_decay_steps)
  double period_factor = 1;  ///< at least 1: each is so much longer (T_mult; Keras's t_mul is 2)
  double end = 0;            ///< eta_min; Keras's alpha is end = alpha * start
  double peak_factor = 1;    ///< at least 0: of start - end at each restart (Keras's m_mul)
};
/// end + (start - end) peak_factor^n (1 + cos(pi u)) / 2, where n periods are over and u is the
/// part of this one that is.  Never ends.      (CosineAnnealingWarmRestarts; Keras's
/// CosineDecayRestarts)
Schedule cosine_restarts(double start, const CosineRestarts& options);

enum class Anneal { cosine, linear };

/// Options of one_cycle and one_cycle_momentum, so that both move together.
struct OneCycle {
  Index total = 0;         ///< of all steps: the last is total - 1
  double pct_start = 0.3;  ///< share of the steps in the rise: above 1 / total, at most 1
  Anneal anneal = Anneal::cosine;
  double div_factor = 25;         ///< above 0: start = peak / div_factor
  double final_div_factor = 1e4;  ///< above 0: end = start / final_div_factor
  /// Falls to start first, as long as it rose, and then to end; pct_start is at most 0.5.
  bool three_phase = false;
  double min_momentum = 0.85;  ///< at the peak (base_momentum)
  double max_momentum = 0.95;
};
/// From start up to peak at step pct_start total - 1, then down to end.      (OneCycleLR)
/// Stays at its last value, where PyTorch 1.13 jumps up at step `total` and then throws.
/// Smith, Topin: Super-convergence: Very fast training of neural networks using large learning
/// rates. 2018, arXiv:1708.07120 (three phases); two phases and cosine are fastai's.
Schedule one_cycle(double peak, const OneCycle& options);
/// Its mirror image for momentum or beta1: from max down to min at the peak, and up again.
Schedule one_cycle_momentum(const OneCycle& options);

enum class Amplitude {
  constant,  ///< "triangular"
  halved,    ///< "triangular2": by 2^-n, where n cycles are over
  gamma      ///< "exp_range": by gamma^s
};
struct Cyclic {
  Index up = 0;    ///< steps from base to peak, at least 1 (step_size_up)
  Index down = 0;  ///< steps back to base; 0 stands for as many as up
  Amplitude amplitude = Amplitude::constant;
  double gamma = 1;  ///< above 0
};
/// base + (peak - base) amplitude h, where h goes from 0 to 1 in `up` steps, to 0 in `down` steps.
/// Never ends.  The momentum that CyclicLR moves along is cyclic(0.9, 0.8, options).
/// Smith: Cyclical learning rates for training neural networks. WACV 2017, arXiv:1506.01186.
Schedule cyclic(double base, double peak, const Cyclic& options);

/// The first schedule up to milestones[0], then each for itself from its own step 0 on: at s the
/// k-th gives schedules[k](s - milestones[k - 1]).  Milestones, one fewer than schedules, increase
/// from 1 on.      (SequentialLR)
Schedule sequence(const std::vector<Schedule>& schedules, const std::vector<Index>& milestones);

/// a(s) b(s)      (ChainedScheduler, where each factor starts from 1 but one)
Schedule product(const Schedule& a, const Schedule& b);

/// part(floor(s / n)): a schedule of epochs, where an epoch has n steps.
Schedule every(Index n, const Schedule& part);

}  // namespace schedule
}  // namespace gradus::optim
