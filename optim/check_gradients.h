#pragma once
// Where did the NaN come from?  An optimizer takes a gradient as it is: one that is infinite or NaN
// spoils the parameter and, with most rules, its state for ever (docs of each rule).  This check,
// called between backward() and step(), says which parameter is the first to have one.
//
//   loss.backward();
//   if (!std::isfinite(loss.item())) {
//     optim::check_gradients(opt);  // gradient of 'fc1.weight' must be finite, got nan at [0, 5]
//   }
//
// Limit: memory, one pass over the gradients.
#include <gradus/core/parameter.h>

#include <concepts>
#include <string_view>

namespace gradus::optim {

/// Throws ValueError, in the name of `where`, if a gradient has an element that is infinite or NaN.
/// The message names the first such parameter, the place and value of its first such element and
/// how many it has.  Parameters without gradient pass.  Changes nothing.
void check_gradients(const Parameters& parameters, std::string_view where = "check_gradients");

/// The same for all parameters of an optimizer, or of a module.
template <class T>
requires requires(T& owner) {
  { owner.parameters() } -> std::convertible_to<Parameters>;
}
void check_gradients(T&& owner, std::string_view where = "check_gradients") {
  check_gradients(owner.parameters(), where);
}

}  // namespace gradus::optim
