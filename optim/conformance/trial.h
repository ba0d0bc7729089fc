#pragma once
// What the conformance checks are made of: parameters, gradients, trajectories, and their
// comparison.  A check is a function that returns if the claim holds.
#include <gradus/optim/conformance/subject.h>

namespace gradus::optim::conformance {

/// The claim does not hold: what was found.
struct Failed {
  std::string note;
};
/// The claim does not apply.
struct Skipped {
  std::string note;
};

/// Throws Failed with the joined parts unless the condition holds.
template <class... Parts>
void expect(bool condition, const Parts&... parts) {
  if (!condition) {
    throw Failed{join({Part(parts)...})};
  }
}
template <class... Parts>
void skip_unless(bool condition, const Parts&... parts) {
  if (!condition) {
    throw Skipped{join({Part(parts)...})};
  }
}

/// Numbers of both signs, of size 0.1 to 1, which f32 holds exactly: those number `stream`.
Tensor noise(const Shape& shape, Dtype dtype, Index stream);

/// A parameter that starts with the values of x.
Parameter parameter(std::string name, const Tensor& x);
/// Starting values for `count` parameters of a shape that the rule takes.  Throws Skipped if it
/// takes none that we know.
std::vector<Tensor> starts(const Subject& subject, Dtype dtype, Index count = 2);
/// Starting values of a row of n numbers.  Throws Skipped if the rule does not take one.
Tensor start_row(const Subject& subject, Dtype dtype, Index n);

/// The gradient of parameter i at a step counted from 0; an undefined tensor for none.
using Gradient = std::function<Tensor(Index step, std::size_t i)>;
/// Noise of that size like the parameters, with some zeros.
Gradient usual(const std::vector<Tensor>& like, double size = 0.5);

/// An optimizer and its parameters "p0", "p1", ..., in one group.
struct Trial {
  std::vector<Tensor> w;
  std::unique_ptr<OptimizerBase> optimizer;

  Trial(const Subject& subject, const std::vector<Tensor>& start, const Options& changed = {});
  void step(const Gradient& gradient, Index step);
  void steps(const Gradient& gradient, Index from, Index to);
  /// Copies of the parameters.
  std::vector<Tensor> now() const;
};

/// The parameters after each step.
std::vector<std::vector<Tensor>> trajectory(const Subject& subject,
                                            const std::vector<Tensor>& start,
                                            const Gradient& gradient, Index steps,
                                            const Options& changed = {});

/// All elements as numbers, in row-major order.
std::vector<double> values(const Tensor& x);
/// x with other values: row-major, rounded to its dtype.
Tensor with_values(const Tensor& x, const std::vector<double>& values);
bool all_finite(const Tensor& x);
/// The largest |a - b|; NaN if there is one.
double distance(const Tensor& a, const Tensor& b);
/// The largest |a|.
double largest(const Tensor& a);

/// Throws Failed, naming `what` and the element, unless both are the same numbers; NaN equals NaN,
/// and 0 equals -0.
void expect_same(const std::string& what, const Tensor& found, const Tensor& expected);
void expect_same(const std::string& what, const std::vector<Tensor>& found,
                 const std::vector<Tensor>& expected);
/// The same for what holds if each element goes its own way: also says how a rule that looks at
/// whole tensors is to say so, if it says nothing.
void expect_same_elements(const Subject& subject, const std::string& what,
                          const std::vector<Tensor>& found, const std::vector<Tensor>& expected);
/// Throws Failed unless both hold the same names and values.
void expect_same(const std::string& what, const StateDict& found, const StateDict& expected);
/// Throws Failed unless parameters and state are finite.
void expect_finite(const std::string& what, const Trial& trial);
/// True if a tensor or number of the state of parameter "p<i>" is not finite.
bool state_is_finite(const StateDict& state, const std::string& parameter);

/// The option with another value that the rule's check() takes; none if we find no such value.
std::optional<Option> changed_option(const Subject& subject, const Option& option);
/// `option` at `value`, if the rule has that option and accepts the value; otherwise nothing.
Options with_option(const Subject& subject, std::string_view option, double value);

// --- the checks, by file -------------------------------------------------------------------------

struct Claim {
  const char* name;
  const char* claim;
  void (*check)(const Subject&);
  bool comes_first = false;  ///< before all others, wherever it stands in the report
};

std::vector<Claim> gradient_claims();   // conformance/gradients.cpp
std::vector<Claim> symmetry_claims();   // conformance/symmetries.cpp
std::vector<Claim> step_claims();       // conformance/steps.cpp
std::vector<Claim> option_claims();     // conformance/option_checks.cpp
std::vector<Claim> surviving_claims();  // conformance/survival.cpp

}  // namespace gradus::optim::conformance
