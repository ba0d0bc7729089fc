// Options and groups.
#include <gradus/optim/conformance/trial.h>

#include <cmath>
#include <set>

namespace gradus::optim::conformance {
namespace {

Trial one_parameter(const Subject& subject) { return {subject, starts(subject, f64, 1)}; }

void listed(const Subject& subject) {
  expect(subject.unlisted_options == 0, "the rule has ", subject.unlisted_options,
         " members that fields() does not visit");
  std::set<std::string> names;
  for (const Option& option : subject.options) {
    expect(names.insert(option.name).second, "fields() visits '", option.name, "' twice");
  }
  for (const Option& option : subject.options) {
    const std::optional<Option> changed = changed_option(subject, option);
    if (!changed) {
      continue;
    }
    const Trial trial = one_parameter(subject);
    trial.optimizer->set_option(option.name, changed->value);
    for (const Option& now : trial.optimizer->options(0)) {
      const double expected =
          now.name == option.name ? changed->value : subject.option(now.name, NAN);
      expect(now.value == expected, "after ", option.name, " was set to ", changed->value, ", ",
             now.name, " is ", now.value, " instead of ", expected);
    }
  }
}

void checked(const Subject& subject) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const std::string& name : subject.numbers) {
    for (const double wrong : {double(NAN), kInfinity, -kInfinity}) {
      const Trial trial = one_parameter(subject);
      std::string message;
      try {
        trial.optimizer->set_option(name, wrong);
      } catch (const ValueError& error) {
        message = error.what();
      }
      expect(!message.empty(), "check() lets ", name, " be ", wrong);
      expect(message.find(name) != std::string::npos, "the error for ", name, " = ", wrong,
             " does not name it: ", message);
      expect(trial.optimizer->options(0) == subject.options, "a refused option was kept");
    }
  }
  const Trial trial = one_parameter(subject);
  bool refused = false;
  try {
    trial.optimizer->set_option("no_such_option", 1);
  } catch (const ValueError&) {
    refused = true;
  }
  expect(refused, "an option that there is not can be set");
}

void groups(const Subject& subject) {
  const std::vector<Tensor> start = starts(subject, f32);
  const Gradient plain = usual(start);
  for (const Option& option : subject.options) {
    const std::optional<Option> other = changed_option(subject, option);
    if (!other) {
      continue;
    }
    Trial trial(subject, start);
    const Parameters p = trial.optimizer->parameters();
    trial.optimizer = subject.make({{{p[0]}, {}}, {{p[1]}, {*other}}});
    trial.steps(plain, 0, 5);
    expect_same(join({"beside a group with another ", option.name}), trial.w[0],
                trajectory(subject, start, plain, 5)[4][0]);
    expect_same(join({"in a group with another ", option.name}), trial.w[1],
                trajectory(subject, start, plain, 5, {*other})[4][1]);
  }
}

}  // namespace

std::vector<Claim> option_claims() {
  return {
      {"options listed", "fields() visits each option once, under its own name", listed},
      {"options checked", "check() refuses nan and infinity, naming the option", checked},
      {"groups", "two groups with different options do not mix", groups},
  };
}

}  // namespace gradus::optim::conformance
