// Saving, loading, going on, and going on for long.
#include <gradus/optim/conformance/trial.h>

#include <set>

namespace gradus::optim::conformance {
namespace {

constexpr Index kSavedSteps = 8;

// p2 gets no gradient before the 4th step.
Gradient late(const std::vector<Tensor>& start) {
  return [plain = usual(start)](Index k, std::size_t i) {
    return i == 2 && k < 3 ? Tensor() : plain(k, i);
  };
}

// Goes on from `saved` with a new optimizer over copies of w, given in the reverse order.
Trial reloaded(const Subject& subject, const std::vector<Tensor>& w, const StateDict& saved) {
  Trial trial(subject, w);
  Parameters reversed;
  for (std::size_t i = w.size(); i-- > 0;) {
    reversed.push_back({join({"p", Index(i)}), trial.w[i]});
  }
  try {
    trial.optimizer = subject.make_default({{reversed, {}}});
  } catch (const Error&) {  // a rule whose default options it refuses
    trial.optimizer = subject.make({{reversed, {}}});
  }
  trial.optimizer->load_state_dict(saved);
  return trial;
}

void save_and_load(const Subject& subject) {
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = starts(subject, dtype, 3);
    const Gradient gradient = late(start);
    Trial straight(subject, start);
    straight.steps(gradient, 0, kSavedSteps);
    for (const Index cut : {0, 1, 2, 3, 5}) {
      Trial first(subject, start);
      first.steps(gradient, 0, cut);
      const StateDict saved = first.optimizer->state_dict();
      Trial second = reloaded(subject, first.now(), saved);
      const std::string what = join({"saved and loaded after step ", cut});
      expect(second.optimizer->options(0) == subject.options, what, ": other options");
      for (const auto& [name, value] : saved) {
        const StateDict again = second.optimizer->state_dict();
        expect(again.contains(name), what, ": '", name, "' is lost");
      }
      second.steps(gradient, cut, kSavedSteps);
      expect_same(what, second.w, straight.w);
      first.steps(gradient, cut, kSavedSteps);  // saving has no effect on who saves
      expect_same("after saving", first.w, straight.w);
    }
  }
}

void state_listed(const Subject& subject) {
  expect(subject.unlisted_state == 0, "State has ", subject.unlisted_state,
         " members that its fields() does not visit");
  std::set<std::string> names;
  for (const std::string& name : subject.state_names) {
    expect(names.insert(name).second, "State's fields() visits '", name, "' twice");
  }
  for (const std::string& name : subject.at_least_zero) {
    expect(names.contains(name), "State::at_least_zero names '", name,
           "', which its fields() does not visit");
  }
}

// Parts of the state that are after six steps what they were after the first, which makes them.
std::set<std::string> still_state(const Subject& subject, const Options& changed) {
  const std::vector<Tensor> start = starts(subject, f64, 1);
  const Gradient gradient = usual(start);
  Trial trial(subject, start, changed);
  trial.step(gradient, 0);
  const StateDict first = trial.optimizer->state_dict();
  trial.steps(gradient, 1, 6);
  const StateDict last = trial.optimizer->state_dict();
  std::set<std::string> still;
  for (const std::string& name : subject.state_names) {
    const StateDict::Value& before = *first.find("parameter.p0.state." + name);
    const StateDict::Value& after = *last.find("parameter.p0.state." + name);
    bool is_same = false;  // nor is it where it is not in use
    if (const auto* tensor = std::get_if<Tensor>(&after)) {
      const auto* old = std::get_if<Tensor>(&before);
      is_same = old && values(*tensor) == values(*old);
    } else if (const auto* number = std::get_if<double>(&after)) {
      is_same = *number == std::get<double>(before);
    }
    if (is_same) {
      still.insert(name);
    }
  }
  return still;
}

void state_changes(const Subject& subject) {
  skip_unless(subject.state_changes, "the rule says that some of its state stays as it is");
  std::set<std::string> still = still_state(subject, {});
  for (const Option& option : subject.options) {  // beta = 0 may hold something still
    if (const auto other = changed_option(subject, option); other && !still.empty()) {
      const std::set<std::string> there = still_state(subject, {*other});
      std::erase_if(still, [&](const std::string& name) { return !there.contains(name); });
    }
  }
  expect(still.empty(), "6 steps leave '", still.empty() ? "" : *still.begin(),
         "' as it was after the first: is it auto& in the formula?");
}

void long_run(const Subject& subject) {
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = starts(subject, dtype);
    const Gradient gradient = usual(start);
    Trial trial(subject, start);
    trial.steps(gradient, 0, 5);
    StateDict aged;
    for (const auto& [name, value] : trial.optimizer->state_dict()) {
      aged.set(name, name.ends_with(".steps") ? StateDict::Value(1e7) : value);
    }
    trial.optimizer->load_state_dict(aged);
    for (Index k = 5; k < 10; ++k) {
      trial.step(gradient, k);
      expect_finite(join({"after step 10000001 of ", to_text(dtype)}), trial);
    }
  }
}

}  // namespace

std::vector<Claim> surviving_claims() {
  return {
      {"save and load", "going on after it gives the bits of never stopping", save_and_load},
      {"state listed", "State's fields() visits each of its members once", state_listed},
      {"state changes", "each part of the state is another one after some steps", state_changes},
      {"long run", "after 10 million steps everything is finite", long_run},
  };
}

}  // namespace gradus::optim::conformance
