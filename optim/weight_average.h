#pragma once
// Averages of the weights over the steps of training, which often predict better than the last
// ones: the noise of single steps cancels out.  w: parameter, a: its average, n: updates so far.
//
//   a <- w                                     at the first update, of both
//   Ema:  a <- d a + (1 - d) w                 d = decay; min(decay, (1 + n) / (10 + n)) to warm up
//   Swa:  a <- a + (w - a) / (n + 1)           the mean of all
//
// Polyak, Juditsky: Acceleration of stochastic approximation by averaging. SIAM Journal on Control
//   and Optimization 30(4), 1992.
// Izmailov, Podoprikhin, Garipov, Vetrov, Wilson: Averaging weights leads to wider optima and
//   better generalization. UAI 2018, arXiv:1803.05407 (Swa).
// Conventions are those of torch.optim.swa_utils.AveragedModel and of Keras's use_ema, which both
// begin with a copy (so there is no bias to correct).  The second form of d is TensorFlow's
// ExponentialMovingAverage with num_updates = n: early averages then forget the first weights fast.
//
//   optim::Ema ema(net.parameters(), 0.999);
//   ...
//     opt.step();
//     ema.update();
//   ...
//   {
//     const auto averaged = ema.swap();  // the net now holds the averages
//     evaluate(net);
//   }                                    // and now its own weights again
//
// Limit: memory, one fused pass over weights and averages.  Averages have the dtype of their
// parameters: in f32 one stops following w once (1 - d) |w - a| is below half an ulp of a, which
// for d = 0.9999 is at |w - a| of up to 6e-4 |a|.  Ema adds (1 - d) (w - a) to a, or for d < 0.5
// subtracts d (w - a) from w: so a weight that rests is its own average, which d a + (1 - d) w with
// rounded factors misses by as much again.
#include <gradus/core/parameter.h>
#include <gradus/core/state_dict.h>

#include <string_view>
#include <vector>

namespace gradus::optim {

/// What Ema and Swa have in common.
class WeightAverage {
 public:
  virtual ~WeightAverage() = default;
  // Neither copied nor moved: Swapped refers to it.
  WeightAverage(const WeightAverage&) = delete;
  WeightAverage& operator=(const WeightAverage&) = delete;

  /// Takes the parameters' values of now into the averages.  Throws ValueError while they are
  /// swapped.
  virtual void update() = 0;
  /// How many updates there were.
  Index updates() const { return updates_; }

  /// Handles on the averages, under the names of their parameters.  Throws ValueError before the
  /// first update.
  Parameters averages() const;
  /// Copies the averages into the tensors of the same names: `to` may be those of another model.
  /// Throws ValueError, ShapeError or DtypeError, changing nothing, unless names, shapes and dtypes
  /// are the same; ValueError before the first update and while the parameters are swapped.
  void copy_to(const Parameters& to) const;

  /// While it lives the parameters hold the averages; afterwards, however the scope is left, what
  /// they held before.  It needs memory for a copy of them.
  class [[nodiscard]] Swapped {
   public:
    ~Swapped();
    Swapped(const Swapped&) = delete;
    Swapped& operator=(const Swapped&) = delete;

   private:
    friend WeightAverage;
    explicit Swapped(WeightAverage& average);

    WeightAverage& average_;
    std::vector<Tensor> before_;
  };
  /// Throws ValueError before the first update and while the parameters are swapped already.  The
  /// average must outlive what it returns.
  Swapped swap() { return Swapped(*this); }

  /// Kind, options, count of updates and copies of the averages: what is needed to go on as if
  /// never stopped.
  StateDict state_dict() const;
  /// Throws ValueError, ShapeError or DtypeError, changing nothing, unless `saved` is from the same
  /// kind of average of the same parameters, in whatever order.
  void load_state_dict(const StateDict& saved);

 protected:
  /// Throws ValueError or DtypeError unless there is a parameter, and each is defined, of a
  /// floating dtype, and given once under a name of its own.
  WeightAverage(const char* kind, const Parameters& parameters);

  /// a <- w, or f(a, w) from the second time on, for every element.
  template <class F>
  void fold(const F& f);

  virtual void save_options(StateDict&) const {}
  /// Throws, changing nothing, if they are out of range.
  virtual void load_options(const StateDict&) {}

 private:
  void require_ready(const char* what) const;
  void require_unswapped(const char* what) const;
  void require_known(const StateDict& saved) const;
  void require_fitting(const Parameter& p, const Tensor& average) const;

  const char* kind_;
  Parameters parameters_;
  std::vector<Tensor> averages_;  // none before the first update
  Index updates_ = 0;
  bool swapped_ = false;
};

/// The exponential moving average.
class Ema : public WeightAverage {
 public:
  /// Throws ValueError unless 0 <= decay < 1.
  explicit Ema(const Parameters& parameters, double decay = 0.999, bool warm_up = false);

  void update() override;
  /// The d of the next update, if that is not the first.
  double next_decay() const;

 private:
  void save_options(StateDict& to) const override;
  void load_options(const StateDict& saved) override;

  double decay_;
  bool warm_up_;
};

/// The mean of all weights that update() has seen: for stochastic weight averaging once an epoch at
/// the end of training, at a constant or cyclic rate.
class Swa : public WeightAverage {
 public:
  explicit Swa(const Parameters& parameters) : WeightAverage("Swa", parameters) {}

  void update() override;
};

}  // namespace gradus::optim
