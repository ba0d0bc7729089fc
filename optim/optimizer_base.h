#pragma once
// OptimizerBase: what an optimizer does whatever its rule.  It steps, follows schedules, checks
// options, saves and loads state by name, and explains a step.
#include <gradus/core/parameter.h>
#include <gradus/core/state_dict.h>
#include <gradus/optim/explanation.h>
#include <gradus/optim/options.h>
#include <gradus/optim/schedule.h>
#include <gradus/optim/trace.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::optim {

class OptimizerBase {
 public:
  /// One parameter, as the optimizer sees it.
  struct Entry {
    Parameter parameter;
    Index steps = 0;  ///< taken so far: those for which it had a gradient
  };

  virtual ~OptimizerBase() = default;

  virtual std::string_view rule_name() const = 0;

  /// Updates every parameter that has a gradient; those without stay untouched, their state and
  /// their count of steps too.  Scheduled options get their value for this step first.  Throws
  /// ValueError, changing nothing, if an option is out of its range.  If a rule itself throws,
  /// which ours do only where memory runs out, the parameters before it have taken the step.
  ///
  /// Subnormal numbers (f32: below 1.2e-38) count as 0 here: state that decays through them would
  /// slow the processor down many times over.
  void step();
  /// How many calls of step() there were: the step that schedules see next, counted from 0.
  Index steps() const { return steps_; }
  /// Drops the gradients of all parameters.
  void zero_grad();

  /// All parameters, group by group.
  Parameters parameters() const;
  virtual std::size_t group_count() const = 0;
  /// The parameters of one group, and its options.  Throws ValueError if there is no such group.
  Parameters parameters(std::size_t group) const;
  Options options(std::size_t group) const;

  // --- options -------------------------------------------------------------------------------

  /// Sets an option by name in all groups that there are, or in one.  Throws ValueError, changing
  /// nothing, if there is no group, one has no option of that name, the value is out of range, or a
  /// schedule moves the option.
  void set_option(std::string_view option, double value);
  void set_option(std::size_t group, std::string_view option, double value);
  void set_lr(double lr) { set_option("lr", lr); }
  /// The option's value in a group.  Throws ValueError if there is none of that name.
  double option(std::size_t group, std::string_view option) const;

  /// From now on each step sets the option to f(steps()) before anything else: in all groups that
  /// there are, or in one.  Replaces an earlier schedule of it; an empty f ends it.  Throws
  /// ValueError, changing nothing, if there is no group, or one has no option of that name; what f
  /// gives is checked at each step.
  void schedule(std::string_view option, const Schedule& f);
  void schedule(std::size_t group, std::string_view option, const Schedule& f);
  bool is_scheduled(std::size_t group, std::string_view option) const;
  /// The same, with f a factor of the value that each group has now, or had when an earlier factor
  /// began to move it.  That value is saved with the state.
  void schedule_factor(std::string_view option, const Schedule& f);

  /// With true, every parameter counts the steps of the whole optimizer, as in Keras, so that one
  /// which gets its first gradient late has no bias correction left.
  void count_together(bool together) { together_ = together; }
  bool counts_together() const { return together_; }

  // --- state ---------------------------------------------------------------------------------

  /// Everything that is needed to go on as if never stopped: options, counts and the state of each
  /// parameter by its name.  Tensors are copies.  Not in it: the parameters themselves, their
  /// gradients, and the functions of schedules: set those again, before or after loading.
  StateDict state_dict() const;
  /// Throws ValueError, ShapeError or DtypeError, changing nothing, unless `saved` is from the same
  /// rule with the same groups of the same parameters, complete, finite, and without a number below
  /// 0 where the rule has none.  The order of parameters does not matter.
  void load_state_dict(const StateDict& saved);

  // --- explaining ----------------------------------------------------------------------------

  /// Takes a step, and returns what it did to one element of one parameter, line by line.  Throws
  /// ValueError or IndexError, taking no step, if there is no such parameter or element, or it has
  /// no gradient.
  Explanation explain_step(std::string_view parameter, const std::vector<Index>& index);
  /// For every parameter with a gradient, the values that the formula calls `name` (such as
  /// "effective rate") in the step that step() would take now, of all its elements.  Changes
  /// nothing.  Throws ValueError if the formula calls nothing so.
  std::map<std::string, std::vector<double>> values_of(const std::string& name) const;

 protected:
  OptimizerBase() = default;
  // Only moved: a copy would share the state and count its steps apart.
  OptimizerBase(OptimizerBase&&) noexcept = default;
  OptimizerBase& operator=(OptimizerBase&&) noexcept = default;

  friend class JointOptimizer;  // does the following for its parts
  using SlotVisitor = std::function<void(const std::vector<StateSlot>&)>;

  // What only the rule's type can do.
  virtual std::size_t entry_count(std::size_t group) const = 0;
  virtual Entry& entry(std::size_t group, std::size_t i) = 0;
  virtual Options group_options(std::size_t group) const = 0;
  /// Throws ValueError if the group's options, some of them changed, are out of range.
  virtual void check(std::size_t group, const Options* changed) const = 0;
  virtual void assign(std::size_t group, const Options& changed) = 0;
  virtual std::vector<StateSlot> state(std::size_t group, std::size_t i) = 0;
  virtual void update(std::size_t group, std::size_t i, Index t, const Tensor& g) = 0;
  virtual void explain_update(std::size_t group, std::size_t i, Index t, const Tensor& g,
                              Trace& trace) = 0;
  /// Updates w by g as its t-th step, with the group's options changed, and a copy of the
  /// parameter's state or, at t = 0, as the first step of a new parameter; shows the state that
  /// comes of it.
  virtual void probe(std::size_t group, const Options& changed, std::size_t i, Index t,
                     const Tensor& w, const Tensor& g, Trace* trace,
                     const SlotVisitor& visit) const = 0;
  /// The rule of one group.
  virtual std::string_view group_rule(std::size_t) const { return rule_name(); }

 private:
  struct Scheduled {
    std::size_t group;
    std::string option;
    Schedule f;
    bool is_factor;
  };
  using Name = std::pair<std::size_t, std::string>;  // of an option: its group, and it
  struct Place {
    std::size_t group;
    std::size_t i;
  };

  const Entry& entry(std::size_t group, std::size_t i) const {
    return const_cast<OptimizerBase*>(this)->entry(group, i);
  }
  void take_step(const Place* explained, Trace* trace);
  void require_groups(const char* where) const;
  void check_in_group(std::size_t group, const Options* changed) const;
  void check_all() const;
  void add_schedule(std::size_t group, std::string_view option, const Schedule& f, bool is_factor);
  std::vector<Options> scheduled_options() const;
  void follow_schedules();
  void update_all(const Place* explained, Trace* trace);
  void update_one(Place place, Trace* trace);
  Index next_step(const Entry& entry) const { return (together_ ? steps_ : entry.steps) + 1; }
  Place find(const char* where, std::string_view parameter) const;
  void require_group(std::size_t group) const;
  void require_unscheduled(std::size_t group, std::string_view option) const;
  std::vector<StateSlot> state(std::size_t group, std::size_t i) const {
    return const_cast<OptimizerBase*>(this)->state(group, i);
  }
  // f(group, i, entry), group by group.
  template <class F>
  void for_each_entry(F f) const {
    for (std::size_t group = 0; group < group_count(); ++group) {
      for (std::size_t i = 0; i < entry_count(group); ++i) {
        f(group, i, entry(group, i));
      }
    }
  }

  Index steps_ = 0;
  bool together_ = false;
  std::vector<Scheduled> schedules_;
  std::map<Name, double> bases_;  // what factors multiply
  std::vector<Place> small_;      // kept between steps for its memory
};

/// Throws unless each of `added` is a dense leaf that requires a gradient, named, and neither its
/// name nor its tensor occurs twice or in `present`; and unless there is at least one.
void check_parameters(std::string_view rule, const Parameters& added, const Parameters& present);
/// Throws ValueError, listing those that there are, unless one of the slots has that name, which
/// State::at_least_zero gives.
void check_state_name(std::string_view rule, std::string_view name,
                      const std::vector<StateSlot>& slots);

}  // namespace gradus::optim
