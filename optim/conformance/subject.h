#pragma once
// What the conformance checks see of a rule: everything that depends on its type, so that the
// checks themselves are ordinary functions.
#include <gradus/optim/optimizer.h>

#include <functional>
#include <limits>
#include <memory>

namespace gradus::optim::conformance {

/// Parameters of a group and those options in which it differs from the rule under check.
struct GroupPlan {
  Parameters parameters;
  Options changed;
};

struct Subject {
  std::string rule;
  Options options;
  std::vector<std::string> numbers;  ///< the options that are a Number or double
  // What the rule says about itself: see optim/conformance.h.
  bool per_element = true;
  bool states_per_element = false;  ///< it says so, or that it is not
  bool sign_symmetric = true;
  bool lr_scales_step = true;
  bool still_at_zero_gradient = true;
  bool nan_propagates = true;
  bool state_changes = true;
  bool bounds_steps = false;

  /// Members of the rule and of its State that `fields` does not visit; 0 if that cannot be known.
  int unlisted_options = 0;
  int unlisted_state = 0;
  std::vector<std::string> state_names;
  std::vector<std::string> at_least_zero;  ///< those that are never negative

  /// An optimizer with those groups.  Throws as Optimizer does.
  std::function<std::unique_ptr<OptimizerBase>(const std::vector<GroupPlan>&)> make;
  /// The same with the rule's default options, for what is loaded into it.
  std::function<std::unique_ptr<OptimizerBase>(const std::vector<GroupPlan>&)> make_default;
  /// Whether the rule takes a parameter like this one.
  std::function<bool(const Tensor&)> accepts;
  std::function<double(const Options& changed, Index t)> step_bound;

  double option(std::string_view name, double missing) const;
};

// --- how it is made of a rule --------------------------------------------------------------------

/// Stands for a value of any type where only its type matters.
struct Anything {
  template <class T>
  operator T() const;
};

/// How many members an aggregate has; 0 for what is none.
template <class T, class... Found>
constexpr int count_members() {
  if constexpr (!std::is_aggregate_v<T> || sizeof...(Found) > 48) {
    return 0;
  } else if constexpr (requires { T{Found{}..., Anything{}}; }) {
    return count_members<T, Found..., Anything>();
  } else {
    return static_cast<int>(sizeof...(Found));
  }
}

template <Rule R>
std::unique_ptr<OptimizerBase> make_optimizer(const R& rule, const std::vector<GroupPlan>& groups) {
  auto optimizer = std::make_unique<Optimizer<R>>();
  for (const GroupPlan& group : groups) {
    optimizer->add_group(group.parameters, with_options(rule, group.changed));
  }
  return optimizer;
}

template <Rule R>
Subject subject_of(const R& rule) {
  Subject s;
  s.rule = R::name;
  s.options = options_of(rule);
  if constexpr (NamesPerElement<R>) {
    static_assert(
        requires { typename std::bool_constant<R::per_element>; },
        "the rule's per_element must be a static constexpr bool");
    s.per_element = R::per_element;
    s.states_per_element = true;
  }
  if constexpr (NamesSignSymmetric<R>) {
    static_assert(
        requires { typename std::bool_constant<R::sign_symmetric>; },
        "the rule's sign_symmetric must be a static constexpr bool");
    s.sign_symmetric = R::sign_symmetric;
  }
  if constexpr (NamesLrScalesStep<R>) {
    static_assert(
        requires { typename std::bool_constant<R::lr_scales_step>; },
        "the rule's lr_scales_step must be a static constexpr bool");
    s.lr_scales_step = R::lr_scales_step;
  }
  if constexpr (NamesStillAtZeroGradient<R>) {
    static_assert(
        requires { typename std::bool_constant<R::still_at_zero_gradient>; },
        "the rule's still_at_zero_gradient must be a static constexpr bool");
    s.still_at_zero_gradient = R::still_at_zero_gradient;
  }
  if constexpr (NamesNanPropagates<R>) {
    static_assert(
        requires { typename std::bool_constant<R::nan_propagates>; },
        "the rule's nan_propagates must be a static constexpr bool");
    s.nan_propagates = R::nan_propagates;
  }
  if constexpr (NamesStateChanges<R>) {
    static_assert(
        requires { typename std::bool_constant<R::state_changes>; },
        "the rule's state_changes must be a static constexpr bool");
    s.state_changes = R::state_changes;
  }
  if constexpr (NamesStepBound<R>) {
    static_assert(
        requires { double{rule.step_bound(Index{1})}; },
        "the rule has a step_bound that cannot be called: it must be "
        "double step_bound(Index t) const");
    s.bounds_steps = true;
    s.step_bound = [rule](const Options& changed, Index t) {
      return double{with_options(rule, changed).step_bound(t)};
    };
  }
  R::fields(rule, [&]<class T>(const char* name, const T&) {
    if constexpr (std::is_same_v<T, Number> || std::is_same_v<T, double>) {
      s.numbers.emplace_back(name);
    }
  });
  typename R::State state;
  R::State::fields(state, [&](const char* name, auto&) { s.state_names.emplace_back(name); });
  if constexpr (requires { R::State::at_least_zero; }) {
    s.at_least_zero.assign(std::begin(R::State::at_least_zero), std::end(R::State::at_least_zero));
  }
  s.unlisted_options = std::max(0, count_members<R>() - static_cast<int>(s.options.size()));
  s.unlisted_state =
      std::max(0, count_members<typename R::State>() - static_cast<int>(s.state_names.size()));
  s.make = [rule](const auto& groups) { return make_optimizer(rule, groups); };
  s.make_default = [](const auto& groups) { return make_optimizer(R{}, groups); };
  s.accepts = [](const Tensor&) { return true; };
  if constexpr (ChoosesParameters<R>) {
    s.accepts = [rule](const Tensor& w) {
      try {
        rule.check_parameter("w", w);
        return true;
      } catch (const Error&) {
        return false;
      }
    };
  }
  return s;
}

}  // namespace gradus::optim::conformance
