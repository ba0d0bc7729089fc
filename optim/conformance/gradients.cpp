// Zero, tiny, huge, undefined and missing gradients.
#include <gradus/optim/conformance/trial.h>

#include <cmath>

namespace gradus::optim::conformance {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// The same number for every element and step.
Gradient constant(const std::vector<Tensor>& like, double value) {
  return
      [like, value](Index, std::size_t i) { return full(like[i].shape(), value, like[i].dtype()); };
}

void zero(const Subject& subject) {
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = starts(subject, dtype);
    Trial trial(subject, start, with_option(subject, "weight_decay", 0));
    trial.step(constant(start, 0), 0);
    expect_finite("after a first gradient of 0", trial);
    if (subject.still_at_zero_gradient) {
      expect_same("after a first gradient of 0", trial.w, start);
    }
    trial.steps(constant(start, 0), 1, 20);
    expect_finite("after 20 gradients of 0", trial);
    trial.steps(usual(start), 20, 25);
    expect_finite("after gradients of 0, then others", trial);
    trial.steps(constant(start, 0), 25, 35);
    expect_finite("after others, then gradients of 0", trial);
  }
}

void size_of(const Subject& subject, double size, std::initializer_list<Dtype> dtypes) {
  for (const Dtype dtype : dtypes) {
    const std::vector<Tensor> start = starts(subject, dtype);
    const std::string what = join({"with gradients of ", size, " in ", to_text(dtype)});
    Trial trial(subject, start);
    trial.steps(usual(start, size), 0, 5);
    expect_finite(what, trial);
    trial.steps(usual(start), 5, 10);
    expect_finite(what + ", then 0.5", trial);
  }
}

void tiny(const Subject& subject) {
  size_of(subject, 1e-20, {f32, f64});
  size_of(subject, 1e-40, {f32, f64});
  size_of(subject, 1e-300, {f64});
}

void huge(const Subject& subject) {
  size_of(subject, 1e10, {f32, f64});
  size_of(subject, 1e30, {f64});
  // Here f32 may overflow; but no error, and no other parameter.
  const std::vector<Tensor> start = starts(subject, f32);
  const Gradient plain = usual(start);
  Trial trial(subject, start);
  trial.steps(
      [&](Index k, std::size_t i) {
        return i == 0 ? full(start[0].shape(), 3e38, f32) : plain(k, i);
      },
      0, 5);
  expect_same("beside one with gradients of 3e38", trial.w[1],
              trajectory(subject, start, plain, 5)[4][1]);
}

void undefined(const Subject& subject) {
  for (const Dtype dtype : {f32, f64}) {
    for (const double wrong : {double(NAN), kInf, -kInf}) {
      const std::vector<Tensor> start = starts(subject, dtype);
      const Gradient plain = usual(start);
      const auto with_wrong = [&](Index k, std::size_t i) {
        const Tensor g = plain(k, i);
        std::vector<double> numbers = values(g);
        if (i == 0 && k == 2) {
          numbers[numbers.size() / 2] = wrong;
        }
        return with_values(g, numbers);
      };
      const auto expected = trajectory(subject, start, plain, 6);
      Trial trial(subject, start);
      for (Index k = 0; k < 6; ++k) {
        const auto at = static_cast<std::size_t>(k);
        trial.step(with_wrong, k);
        expect_same(join({"beside a parameter with a gradient of ", wrong}), trial.w[1],
                    expected[at][1]);
        std::vector<double> found = values(trial.w[0]);
        if (subject.per_element) {
          std::vector<double> others = values(expected[at][0]);
          const std::size_t place = found.size() / 2;
          const double own = found[place];
          found[place] = others[place] = 0;
          expect_same_elements(subject, join({"beside an element with a gradient of ", wrong}),
                               {with_values(start[0], found)}, {with_values(start[0], others)});
          found[place] = own;
        }
        if (k == 2 && wrong != wrong && subject.nan_propagates) {
          const bool hidden = std::isfinite(found[found.size() / 2]) &&
                              state_is_finite(trial.optimizer->state_dict(), "p0");
          expect(!hidden, "a gradient of nan leaves parameter and state finite");
        }
      }
    }
  }
}

void missing(const Subject& subject) {
  const std::vector<Tensor> start = starts(subject, f32);
  const Gradient plain = usual(start);
  Trial trial(subject, start);
  trial.steps([&](Index k, std::size_t i) { return i == 1 ? Tensor() : plain(k, i); }, 0, 4);
  expect_same("without a gradient", trial.w[1], start[1]);
  const StateDict saved = trial.optimizer->state_dict();
  for (const std::string& name : subject.state_names) {
    const StateDict::Value* value = saved.find(join({"parameter.p1.state.", name}));
    expect(!std::holds_alternative<Tensor>(*value), "without a gradient the state has '", name,
           "'");
  }
  expect(saved.number("parameter.p1.steps") == 0, "a step without a gradient was counted");
  // The late one begins as if it were new, the other goes on.
  const auto late = [&](Index k, std::size_t i) { return plain(i == 1 ? k - 4 : k, i); };
  trial.steps(late, 4, 8);
  expect_same("with gradients from the 5th step on", trial.w[1],
              trajectory(subject, start, plain, 4)[3][1]);
  expect_same("beside one without a gradient", trial.w[0],
              trajectory(subject, start, plain, 8)[7][0]);
}

void read_only(const Subject& subject) {
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = starts(subject, dtype);
    const Gradient plain = usual(start);
    Trial trial(subject, start);
    for (Index k = 0; k < 4; ++k) {
      const std::vector<Tensor> g = {plain(k, 0), plain(k, 1)};
      const std::uint64_t version = g[0].storage().version();
      trial.step([&](Index, std::size_t i) { return g[i]; }, k);
      expect_same("the gradient after the step", g, {plain(k, 0), plain(k, 1)});
      expect(g[0].storage().version() == version, "the step wrote to the gradient's storage");
    }
  }
}

}  // namespace

std::vector<Claim> gradient_claims() {
  return {
      {"zero gradients", "leave a new parameter where it is, and never give nan", zero},
      {"tiny gradients", "of 1e-20 and 1e-40 leave everything finite", tiny},
      {"huge gradients", "of 1e10 leave everything finite, of 3e38 other parameters alone", huge},
      {"non-finite gradients", "show in their element, and in no other", undefined},
      {"missing gradients", "leave parameter, state and count of steps alone", missing},
      {"read-only gradient", "the step does not change the gradient", read_only},
  };
}

}  // namespace gradus::optim::conformance
