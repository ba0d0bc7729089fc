// What single steps do: their direction, length, count, and their explanation.
#include <gradus/optim/conformance/trial.h>

#include <cmath>

namespace gradus::optim::conformance {
namespace {

void downhill(const Subject& subject) {
  const double up = subject.option("maximize", 0) != 0 ? -1 : 1;
  for (const Dtype dtype : {f32, f64}) {
    std::vector<Tensor> start = starts(subject, dtype);
    for (const Tensor& w : start) {  // small, so that a decay of the parameter does not count
      copy(w, with_values(w, std::vector<double>(values(w).size(), 1e-3)));
    }
    const Gradient plain = usual(start);
    Trial trial(subject, start);
    trial.step(plain, 0);
    expect_finite("after one step", trial);
    for (std::size_t i = 0; i < start.size(); ++i) {
      const std::vector<double> before = values(start[i]);
      const std::vector<double> after = values(trial.w[i]);
      const std::vector<double> g = values(plain(0, i));
      double slope = 0;
      for (std::size_t k = 0; k < g.size(); ++k) {
        slope += up * (after[k] - before[k]) * g[k];
      }
      expect(slope <= 0, "the first step goes uphill: step * gradient is ", slope);
    }
    trial.steps(plain, 1, 30);
    expect_finite("after 30 steps", trial);
  }
}

void zero_lr(const Subject& subject) {
  skip_unless(subject.lr_scales_step, "the rule says that lr is no factor of its steps");
  for (const double decay : {0.0, 0.1}) {
    Options changed = with_option(subject, "lr", 0);
    skip_unless(!changed.empty() || subject.option("lr", 1) == 0, "the rule refuses lr = 0");
    for (const Option& option : with_option(subject, "weight_decay", decay)) {
      changed.push_back(option);
    }
    const std::vector<Tensor> start = starts(subject, f32);
    Trial trial(subject, start, changed);
    trial.steps(usual(start), 0, 5);
    expect_same("with lr = 0", trial.w, start);
  }
}

// Gradients that begin, end, grow and turn: what makes a rule's step long.
Tensor hard_gradient(const Tensor& like, Index k, Index kind) {
  const std::vector<double> usual = values(noise(like.shape(), like.dtype(), 100 * kind + k));
  std::vector<double> g(usual.size());
  for (std::size_t i = 0; i < g.size(); ++i) {
    const Index late = static_cast<Index>(i % 40);
    switch (kind) {
      case 0:
        g[i] = usual[i];
        break;  // random
      case 1:
        g[i] = k == late ? usual[i] : 0;
        break;  // sparse
      case 2:
        g[i] = 1;
        break;  // constant
      case 3:
        g[i] = k == late ? 1e3 : 1e-3;
        break;  // one jump
      case 4:
        g[i] = std::pow(1.5, double(k));
        break;  // growing
      default:
        g[i] = k < late ? -1e-2 : 1;
        break;  // turning
    }
  }
  return with_values(like, g);
}

void step_bound(const Subject& subject) {
  skip_unless(subject.bounds_steps, "the rule states none");
  const std::vector<Tensor> start = starts(subject, f64, 1);
  for (Index kind = 0; kind < 6; ++kind) {
    Trial trial(subject, start);
    for (Index k = 0; k < 40; ++k) {
      const Tensor before = trial.w[0].clone();
      trial.step([&](Index, std::size_t) { return hard_gradient(start[0], k, kind); }, k);
      const double moved = distance(trial.w[0], before);
      const double bound = subject.step_bound({}, k + 1);
      expect(moved <= bound * (1 + 1e-9) + 1e-15 * largest(before), "step ", k + 1, " is ", moved,
             " long; the bound is ", bound);
    }
  }
}

void state_sign(const Subject& subject) {
  skip_unless(!subject.at_least_zero.empty(), "State has no at_least_zero");
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = starts(subject, dtype, 1);
    for (Index kind = 0; kind < 6; ++kind) {
      Trial trial(subject, start);
      for (Index k = 0; k < 40; ++k) {
        trial.step([&](Index, std::size_t) { return hard_gradient(start[0], k, kind); }, k);
        const StateDict state = trial.optimizer->state_dict();
        for (const std::string& name : subject.at_least_zero) {
          const StateDict::Value& value = *state.find("parameter.p0.state." + name);
          double least = 0;
          if (const auto* tensor = std::get_if<Tensor>(&value)) {
            for (const double element : values(*tensor)) {
              least = std::min(least, element);
            }
          } else if (const auto* number = std::get_if<double>(&value)) {
            least = *number;
          }
          expect(least >= 0, "State::at_least_zero names '", name, "', of which step ", k + 1,
                 " makes ", least);
        }
      }
    }
  }
}

void same_tensor(const Subject& subject) {
  const std::vector<Tensor> start = starts(subject, f32);
  const Gradient plain = usual(start);
  Trial trial(subject, start);
  for (Index k = 0; k < 3; ++k) {
    const Tensor before = trial.w[0].clone();
    const std::uint64_t version = trial.w[0].storage().version();
    trial.step(plain, k);
    const Parameters held = trial.optimizer->parameters();
    expect(held[0].tensor.is(trial.w[0]), "the optimizer holds another tensor after the step");
    const bool counted = trial.w[0].storage().version() != version;
    expect(counted || distance(before, trial.w[0]) == 0,
           "the parameter changed, but its storage counts no change: graphs that saved it would "
           "not notice");
  }
}

void shapes(const Subject& subject) {
  int taken = 0;
  for (const Dtype dtype : {f32, f64}) {
    for (const Shape& shape : {Shape{1}, Shape{7}, Shape{3, 5}, Shape{5, 3}, Shape{1, 4},
                               Shape{2, 3, 2, 2}, Shape{}, Shape{0}, Shape{0, 3}}) {
      if (!subject.accepts(empty(shape, dtype))) {
        continue;
      }
      ++taken;
      const std::vector<Tensor> start = {noise(shape, dtype, 0), noise(shape, dtype, 1)};
      Trial trial(subject, start);
      trial.steps(usual(start), 0, 4);
      expect_finite(join({"with shape ", shape}), trial);
      expect(trial.w[0].shape() == shape && trial.w[0].dtype() == dtype, "shape ", shape,
             " became ", trial.w[0].shape());
    }
  }
  skip_unless(taken > 0, "the rule takes none of our shapes");
}

// Explains one element step by step, beside an optimizer that only steps.
void explained(const Subject& subject) {
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = starts(subject, dtype);
    const Gradient plain = usual(start);
    Trial stepping(subject, start);
    Trial telling(subject, start);
    std::vector<Index> index;
    for (const Index size : start[0].shape()) {
      index.push_back(size / 2);
    }
    for (Index k = 0; k < 6; ++k) {
      stepping.step(plain, k);
      for (std::size_t i = 0; i < telling.w.size(); ++i) {
        telling.w[i].set_grad(plain(k, i));
      }
      const ExplainedStep step = telling.optimizer->explain_step("p0", index).steps.at(0);
      expect_same(join({"explained step ", k + 1}), telling.w, stepping.w);
      const Line* last = nullptr;
      for (const Line& line : step.lines) {
        last = line.name == "w" ? &line : last;
      }
      skip_unless(last || subject.per_element, "the formula has no line for w");
      expect(last, "the explanation has no line for w: is it computed in update_elements?");
      expect(last->value == step.after, "the last line for w gives ", last->value,
             ", the step gave ", step.after);
    }
  }
}

}  // namespace

std::vector<Claim> step_claims() {
  return {
      {"direction", "a first step goes downhill, and 30 stay finite", downhill},
      {"lr = 0", "changes no parameter, weight decay included", zero_lr},
      {"step bound", "no element moves further than the rule says", step_bound},
      {"state sign", "what State::at_least_zero names is never negative", state_sign},
      {"same tensor", "the step changes the parameter itself, and counts it", same_tensor},
      {"shapes", "one element, none, rank 0 to 4", shapes},
      {"explain", "the explanation ends where the step does", explained},
  };
}

}  // namespace gradus::optim::conformance
