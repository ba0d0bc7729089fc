#pragma once
// What an optimizer rule is: a struct whose fields are the options, with the state that it keeps
// for a parameter, and the formula.  Everything else (groups, step counts, schedules, saving,
// explaining) is Optimizer's work.
//
//   struct Signum {
//     static constexpr std::string_view name = "Signum";
//     Number lr = 1e-4, beta = 0.9;
//     static void fields(auto& self, auto&& visit) {
//       each(visit, "lr", self.lr, "beta", self.beta);
//     }
//     struct State {
//       Tensor m;
//       static void fields(auto& self, auto&& visit) { visit("m", self.m); }
//     };
//     void check() const { ... }
//     void update(Number t, Tensor& w, const Tensor& g, State& s) const {
//       start_at_zero(s.m, w);
//       update_elements("Signum", [rule = *this](auto& w, auto g, auto& m) { ... }, w, g, s.m);
//     }
//   };
//
// docs/write_an_optimizer.md takes it from there.
#include <gradus/core/tensor.h>
#include <gradus/optim/number.h>

#include <concepts>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace gradus::optim {

/// R::fields(self, visit) calls visit(name, field) once for each option, at most 32: Number, bool
/// or Index. State::fields does so for each Tensor or Number of the state.  check() throws
/// ValueError for an option out of range.  update(t, w, g, s) changes parameter w and its state s
/// by gradient g at the parameter's t-th step, counted from 1; g has w's shape and dtype, both are
/// dense.  State tensors start undefined: the rule makes those that its options need.  Which of
/// them are never negative, such as means of squares, State may list by their names, so that others
/// are not loaded:
///   static constexpr std::string_view at_least_zero[] = {"v"};
/// Optimizer throws ValueError for more options, and for a name there that State does not have.
template <class R>
concept Rule = std::default_initializable<typename R::State> &&
    requires(const R& rule, Number t, Tensor& w, const Tensor& g, typename R::State& s) {
  { R::name } -> std::convertible_to<std::string_view>;
  { rule.lr } -> std::convertible_to<double>;
  rule.check();
  rule.update(t, w, g, s);
  R::fields(rule, [](const char*, const auto&) {});
  R::State::fields(s, [](const char*, auto&) {});
};

/// visit("a", a), visit("b", b), ... of each(visit, "a", a, "b", b, ...): the body of a `fields`.
template <class Visit, class Member, class... Others>
void each(Visit& visit, const char* name, Member& member, Others&&... others) {
  visit(name, member);
  if constexpr (sizeof...(others) > 0) {
    each(visit, others...);
  }
}

/// A rule that takes only some parameters has check_parameter(name, tensor), which throws.
template <class R>
concept ChoosesParameters = requires(const R& rule, std::string_view name, const Tensor& w) {
  rule.check_parameter(name, w);
};

/// A set of options under another library's names that stands for a rule: optim/keras.h.
template <class P>
concept Preset = requires {
  typename P::rule_type;
}
&&std::convertible_to<P, typename P::rule_type>;

/// Makes `slot` a tensor like w, filled with `value`, if it is still undefined.
inline void start_at(Tensor& slot, const Tensor& w, double value) {
  if (!slot) {
    slot = full(w.shape(), value, w.dtype());
  }
}
inline void start_at_zero(Tensor& slot, const Tensor& w) { start_at(slot, w, 0); }
/// Two slots, as of the first and second moment.
inline void start_at_zero(Tensor& one, Tensor& other, const Tensor& w) {
  start_at(one, w, 0);
  start_at(other, w, 0);
}

/// Throws ValueError unless `value` is finite.
void require_finite(std::string_view rule, const char* option, double value);
/// Throws ValueError unless `value` is finite and at least 0.
void require_at_least_zero(std::string_view rule, const char* option, double value);
/// Throws ValueError unless `value` is finite and above 0.
void require_above_zero(std::string_view rule, const char* option, double value);
/// Throws ValueError unless 0 <= value < 1.
void require_below_one(std::string_view rule, const char* option, double value);
/// Throws ValueError unless 0 <= value <= 1.
void require_share(std::string_view rule, const char* option, double value);

/// The same for several options: require_at_least_zero(name, {{"lr", lr}, {"eps", eps}}).
using OptionValues = std::initializer_list<std::pair<const char*, double>>;
void require_at_least_zero(std::string_view rule, OptionValues values);
void require_below_one(std::string_view rule, OptionValues values);

}  // namespace gradus::optim
