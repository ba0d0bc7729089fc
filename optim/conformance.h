#pragma once
// Does a rule keep what Optimizer, and everyone who trains with it, relies on?  Without a test
// framework, for any rule:
//
//   const auto report = optim::conformance::check(Signum{.lr = 0.01});
//   std::puts(to_text(report).c_str());
//   return report.passed() ? 0 : 1;
//
// Nothing here knows a rule's formula: a wrong coefficient passes.  What is checked, and what it
// would catch, is listed in docs/write_an_optimizer.md; each check prints what it claims.
//
// A rule for which a claim is not meant says so with a member, static constexpr bool:
//
//   per_element = false             it looks at whole tensors: norms, matrix products
//   sign_symmetric = false          (-w, -g) need not lead to the negative of what (w, g) leads to
//   lr_scales_step = false          lr = 0 need not leave the parameter as it is
//   still_at_zero_gradient = false  a first gradient of 0 may move the parameter
//   nan_propagates = false          a NaN gradient may pass without a trace
//   state_changes = false           it keeps something as it was at the first step
//
// and can state, for one more check, how long its steps are at most:
//
//   double step_bound(Index t) const;   |w after - w before| of each element in a parameter's t-th
//                                       step; infinity if these options allow any
#include <gradus/optim/conformance/subject.h>

namespace gradus::optim::conformance {

enum class Outcome { passed, failed, skipped };

struct Check {
  std::string name;   ///< "sign symmetry"
  std::string claim;  ///< what is checked, in a sentence
  Outcome outcome = Outcome::passed;
  std::string note;  ///< what was found instead, or why it was skipped
};

struct Report {
  std::string rule;
  Options options;
  std::vector<Check> checks;

  /// True if no check failed.
  bool passed() const;
  /// The check of that name.  Throws ValueError if there is none.
  const Check& check(std::string_view name) const;
};

/// A table for a terminal, failures with what was found.
std::string to_text(const Report& report);

/// All checks of the rule that the subject stands for.
Report check(const Subject& subject);

/// Checks the rule with these options, in about 50 ms; for more options call it again.  Nothing
/// that the rule throws comes out of it.  Sets the number of threads in between, so not for inside
/// a parallel loop.
template <Rule R>
Report check(const R& rule = {}) {
  return check(subject_of(rule));
}

}  // namespace gradus::optim::conformance
