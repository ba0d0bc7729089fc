#pragma once
// Optimizer<Rule>: all of an optimizer that is not its formula.  It owns groups of parameters, each
// with a complete set of options, and for every parameter its state and its count of steps.
//
//   optim::Optimizer opt(net.parameters(), optim::Adam{.lr = 1e-3});    // one group
//
//   optim::Optimizer<optim::SGD> grouped;                               // several
//   grouped.add_group(weights, {.lr = 0.1, .weight_decay = 1e-4});
//   grouped.add_group(biases, {.lr = 0.1});
//   grouped.groups()[0].rule.lr = 0.05;                                 // checked at the next step
#include <gradus/core/parameter.h>
#include <gradus/optim/rule.h>

#include <vector>

namespace gradus::optim {

/// What can be done with an optimizer whose rule is chosen at run time.
class OptimizerBase {
 public:
  virtual ~OptimizerBase() = default;

  /// Updates every parameter that has a gradient; those without stay untouched, their state and
  /// their count of steps too.
  virtual void step() = 0;
  /// Drops the gradients of all parameters.
  virtual void zero_grad() = 0;
  /// Sets the learning rate of all groups.  Throws ValueError, changing nothing, if out of range.
  virtual void set_lr(double lr) = 0;
  virtual std::string_view rule_name() const = 0;
};

/// Throws unless each of `added` is a dense leaf that requires a gradient, named, and neither its
/// name nor its tensor occurs twice or in `present`; and unless there is at least one.
void check_parameters(std::string_view rule, const Parameters& added, const Parameters& present);

template <Rule R>
class Optimizer : public OptimizerBase {
 public:
  /// One parameter, as the optimizer sees it.
  struct Entry {
    Parameter parameter;
    Index steps = 0;  ///< taken so far: those for which it had a gradient
    typename R::State state = {};
  };
  struct Group {
    R rule;  ///< the options; may be changed between steps
    std::vector<Entry> entries;
  };

  Optimizer() = default;
  // Only moved: a copy would share the state and count its steps apart.
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;
  explicit Optimizer(const Parameters& parameters, const R& rule = {}) {
    add_group(parameters, rule);
  }

  /// Throws ValueError or GraphError, adding nothing, if an option is out of range or a parameter
  /// cannot be optimized: see check_parameters.
  void add_group(const Parameters& parameters, const R& rule = {}) {
    rule.check();
    check_parameters(R::name, parameters, this->parameters());
    Group group{rule, {}};
    for (const Parameter& p : parameters) {
      group.entries.push_back({p});
    }
    groups_.push_back(std::move(group));
  }

  std::vector<Group>& groups() { return groups_; }
  const std::vector<Group>& groups() const { return groups_; }

  /// All parameters, group by group.
  Parameters parameters() const {
    Parameters all;
    for (const Group& group : groups_) {
      for (const Entry& entry : group.entries) {
        all.push_back(entry.parameter);
      }
    }
    return all;
  }

  /// Throws ValueError, changing nothing, if an option was set out of its range.
  void step() override {
    for (const Group& group : groups_) {
      group.rule.check();
    }
    for (Group& group : groups_) {
      for (Entry& entry : group.entries) {
        if (const Tensor grad = entry.parameter.tensor.grad()) {
          group.rule.update(entry.steps + 1, entry.parameter.tensor, grad.dense(), entry.state);
          ++entry.steps;  // now that the rule has not thrown
        }
      }
    }
  }

  void zero_grad() override {
    for (const Group& group : groups_) {
      for (const Entry& entry : group.entries) {
        if (entry.parameter.tensor.grad()) {  // a frozen parameter has none
          entry.parameter.tensor.set_grad(Tensor());
        }
      }
    }
  }

  void set_lr(double lr) override {
    for (const Group& group : groups_) {
      R changed = group.rule;
      changed.lr = lr;
      changed.check();
    }
    for (Group& group : groups_) {
      group.rule.lr = lr;
    }
  }

  std::string_view rule_name() const override { return R::name; }

 private:
  std::vector<Group> groups_;
};

}  // namespace gradus::optim
