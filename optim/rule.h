#pragma once
// What an optimizer rule is: a struct whose fields are the options, with the state that it keeps
// for a parameter, and the formula.  Everything else (groups, step counts, checks) is Optimizer's
// work.
//
//   struct Signum {
//     static constexpr std::string_view name = "Signum";
//     double lr = 1e-4, beta = 0.9;
//     static void fields(auto& self, auto&& visit) {
//       visit("lr", self.lr);
//       visit("beta", self.beta);
//     }
//     struct State {
//       Tensor m;
//       static void fields(auto& self, auto&& visit) { visit("m", self.m); }
//     };
//     void check() const { ... }
//     void update(Index t, Tensor& w, const Tensor& g, State& s) const { ... }
//   };
#include <gradus/core/tensor.h>

#include <concepts>
#include <string_view>

namespace gradus::optim {

/// R::fields(self, visit) calls visit(name, field) once for each option, all double, bool or Index;
/// State::fields does so for each tensor of the state.  check() throws ValueError for an option out
/// of range.  update(t, w, g, s) changes parameter w and its state s by gradient g at the
/// parameter's t-th step, counted from 1; g has w's shape and dtype, both are dense.  State tensors
/// start undefined: the rule makes those that its options need.
template <class R>
concept Rule = std::default_initializable<typename R::State> &&
    requires(const R& rule, Index t, Tensor& w, const Tensor& g, typename R::State& s) {
  { R::name } -> std::convertible_to<std::string_view>;
  { rule.lr } -> std::convertible_to<double>;
  rule.check();
  rule.update(t, w, g, s);
  R::fields(rule, [](const char*, const auto&) {});
  R::State::fields(s, [](const char*, Tensor&) {});
};

/// Makes `slot` a tensor of zeros like w if it is still undefined.
inline void start_at_zero(Tensor& slot, const Tensor& w) {
  if (!slot) {
    slot = zeros_like(w);
  }
}

/// Throws ValueError unless `value` is finite and at least 0.
void require_at_least_zero(std::string_view rule, const char* option, double value);
/// Throws ValueError unless 0 <= value < 1.
void require_below_one(std::string_view rule, const char* option, double value);
/// Throws ValueError unless 0 <= value <= 1.
void require_share(std::string_view rule, const char* option, double value);

}  // namespace gradus::optim
