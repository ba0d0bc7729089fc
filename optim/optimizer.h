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
#include <gradus/optim/optimizer_base.h>
#include <gradus/optim/optional_members.h>

#include <algorithm>

namespace gradus::optim {

template <Rule R>
class Optimizer : public OptimizerBase {
  static_assert(ChoosesParameters<R> || !NamesCheckParameter<R>,
                "the rule has a check_parameter that cannot be called: it must be "
                "void check_parameter(std::string_view name, const Tensor& w) const");

 public:
  /// One parameter, as the optimizer sees it.
  struct Entry : OptimizerBase::Entry {
    typename R::State state = {};
  };
  struct Group {
    R rule;  ///< the options; may be changed between steps
    std::vector<Entry> entries;
  };

  Optimizer() = default;
  explicit Optimizer(const Parameters& parameters, const R& rule = {}) {
    add_group(parameters, rule);
  }
  /// With the options and conventions of another library (optim/keras.h).
  template <Preset P>
  requires std::same_as<typename P::rule_type, R> Optimizer(const Parameters& parameters,
                                                            const P& preset) {
    add_group(parameters, preset);
  }

  /// Throws ValueError or GraphError, adding nothing, if an option is out of range, a parameter
  /// cannot be optimized (see check_parameters), or what the rule lists is wrong (see Rule).
  void add_group(const Parameters& parameters, const R& rule = {}) {
    check_lists(rule);
    rule.check();
    check_parameters(R::name, parameters, this->parameters());
    Group group{rule, {}};
    for (const Parameter& p : parameters) {
      group.entries.push_back({{p, 0}, {}});
    }
    check(rule, group.entries);
    groups_.push_back(std::move(group));
  }
  /// The same with the options and conventions of another library.  Throws ValueError if the groups
  /// that are there count their steps otherwise.
  template <Preset P>
  requires std::same_as<typename P::rule_type, R>
  void add_group(const Parameters& parameters, const P& preset) {
    require(groups_.empty() || counts_together() == P::counts_together, R::name,
            ": groups must count their steps alike, got a preset that counts them ",
            P::counts_together ? "together" : "apart", "; use count_together()");
    add_group(parameters, static_cast<R>(preset));
    count_together(P::counts_together);
  }

  std::vector<Group>& groups() { return groups_; }
  const std::vector<Group>& groups() const { return groups_; }

  std::string_view rule_name() const override { return R::name; }
  std::size_t group_count() const override { return groups_.size(); }

 private:
  std::size_t entry_count(std::size_t group) const override {
    return groups_[group].entries.size();
  }
  OptimizerBase::Entry& entry(std::size_t group, std::size_t i) override {
    return groups_[group].entries[i];
  }

  Options group_options(std::size_t group) const override {
    return options_of(groups_[group].rule);
  }
  void check(std::size_t group, const Options* changed) const override {
    const Group& g = groups_[group];
    if (changed) {
      check(with_options(g.rule, *changed), g.entries);
    } else {
      check(g.rule, g.entries);
    }
  }
  void assign(std::size_t group, const Options& changed) override {
    groups_[group].rule = with_options(groups_[group].rule, changed);
  }

  std::vector<StateSlot> state(std::size_t group, std::size_t i) override {
    return slots_of(groups_[group].entries[i].state);
  }
  void probe(std::size_t group, const Options& changed, std::size_t i, Index t, const Tensor& w,
             const Tensor& g, Trace* trace, const SlotVisitor& visit) const override {
    const Group& from = groups_[group];
    typename R::State state;
    if (t > 0) {
      state = from.entries[i].state;
      for (const StateSlot& slot : slots_of(state)) {
        if (slot.tensor && *slot.tensor) {
          *slot.tensor = slot.tensor->clone();
        }
      }
    }
    Tensor parameter = w;
    const Trace::Scope scope(trace);
    with_options(from.rule, changed).update(std::max<Index>(t, 1), parameter, g, state);
    visit(slots_of(state));
  }

  void update(std::size_t group, std::size_t i, Index t, const Tensor& g) override {
    Entry& entry = groups_[group].entries[i];
    groups_[group].rule.update(t, entry.parameter.tensor, g, entry.state);
  }
  void explain_update(std::size_t group, std::size_t i, Index t, const Tensor& g,
                      Trace& trace) override {
    Entry& entry = groups_[group].entries[i];
    R rule = groups_[group].rule;
    trace.name_options(option_refs(rule));
    const std::vector<StateSlot> slots = slots_of(entry.state);
    trace.name_numbers(slots);
    const Trace::Scope scope(&trace);
    rule.update(trace.symbol("t", static_cast<double>(t)), entry.parameter.tensor, g, entry.state);
    Trace::forget_names(slots);
  }

  static void check(const R& rule, const std::vector<Entry>& entries) {
    rule.check();
    if constexpr (ChoosesParameters<R>) {
      for (const Entry& e : entries) {
        rule.check_parameter(e.parameter.name, e.parameter.tensor);
      }
    }
  }

  static void check_lists(R rule) {
    option_refs(rule);
    if constexpr (requires { R::State::at_least_zero; }) {
      typename R::State state;
      for (const std::string_view name : R::State::at_least_zero) {
        check_state_name(R::name, name, slots_of(state));
      }
    }
  }

  static std::vector<StateSlot> slots_of(typename R::State& state) {
    std::vector<StateSlot> slots;
    R::State::fields(state, [&](const char* name, auto& slot) {
      if constexpr (std::is_same_v<std::decay_t<decltype(slot)>, Tensor>) {
        slots.push_back({name, &slot, nullptr});
      } else {
        slots.push_back({name, nullptr, &slot});
      }
      if constexpr (requires { R::State::at_least_zero; }) {
        slots.back().at_least_zero =
            std::ranges::find(R::State::at_least_zero, std::string_view(name)) !=
            std::end(R::State::at_least_zero);
      }
    });
    return slots;
  }

  std::vector<Group> groups_;
};

template <Rule R>
Optimizer(const Parameters&, const R&) -> Optimizer<R>;
template <Preset P>
Optimizer(const Parameters&, const P&) -> Optimizer<typename P::rule_type>;

}  // namespace gradus::optim
