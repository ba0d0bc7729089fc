// Saving, loading, going on, and going on for long.
#include <gradus/optim/conformance/trial.h>

#include <set>

namespace gradus::optim::conformance {
namespace {

constexpr Index kSteps = 8;

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
    straight.steps(gradient, 0, kSteps);
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
      second.steps(gradient, cut, kSteps);
      expect_same(what, second.w, straight.w);
      first.steps(gradient, cut, kSteps);  // saving has no effect on who saves
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
      {"long run", "after 10 million steps everything is finite", long_run},
  };
}

}  // namespace gradus::optim::conformance
