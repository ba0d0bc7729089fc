#pragma once
// Runs of a rule on small problems, number by number, for article_test.cpp and the figures of
// docs/adam_and_rmsprop.md.  All in f64.
#include <gradus/optim/optimizer.h>

#include <functional>
#include <vector>

namespace gradus::test::article {

using Numbers = std::vector<double>;

/// A parameter and the optimizer that moves it.
template <class R>
class Walk {
 public:
  Walk(const R& rule, const Numbers& start) : w_(from_vector(start, {Index(start.size())})) {
    w_.set_requires_grad();
    optimizer_.add_group({{"w", w_}}, rule);
  }

  void step(const Numbers& gradient) {
    w_.set_grad(from_vector(gradient, w_.shape()));
    optimizer_.step();
  }
  Numbers position() const { return w_.template to_vector<double>(); }
  /// Element 0 of one of the state's tensors.
  double state(std::string_view name) {
    double value = 0;
    auto& state = optimizer_.groups()[0].entries[0].state;
    R::State::fields(state, [&](const char* each, auto& slot) {
      if constexpr (std::is_same_v<std::decay_t<decltype(slot)>, Tensor>) {
        value = each == name ? slot.template to_vector<double>()[0] : value;
      }
    });
    return value;
  }

 private:
  Tensor w_;
  optim::Optimizer<R> optimizer_;
};

/// How far a single number moves in each step, whatever its place: w(t - 1) - w(t), in units of lr.
/// For rules that do not look at w.
template <class R>
Numbers steps_in_rates(const R& rule, const Numbers& gradients) {
  Walk<R> walk(rule, {0});
  Numbers steps;
  double before = 0;
  for (const double g : gradients) {
    walk.step({g});
    const double after = walk.position()[0];
    steps.push_back((before - after) / rule.lr);
    before = after;
  }
  return steps;
}

/// The named average of a rule after each of these gradients.
template <class R>
Numbers averages(const R& rule, std::string_view name, const Numbers& gradients) {
  Walk<R> walk(rule, {0});
  Numbers all;
  for (const double g : gradients) {
    walk.step({g});
    all.push_back(walk.state(name));
  }
  return all;
}

/// One row a coordinate, each from its start to its place after n steps down the slope.
template <class R>
std::vector<Numbers> descend(const R& rule, const Numbers& start, int n,
                             const std::function<Numbers(const Numbers&)>& slope) {
  Walk<R> walk(rule, start);
  std::vector<Numbers> rows(start.size());
  for (int t = 0; t <= n; ++t) {
    const Numbers w = walk.position();
    for (std::size_t i = 0; i < w.size(); ++i) {
      rows[i].push_back(w[i]);
    }
    walk.step(slope(w));
  }
  return rows;
}

/// The slope of w^2 / 2: w itself.
inline Numbers bowl(const Numbers& w) { return w; }

/// A linear fit, where a slope is not the output: of half the mean squared error of w . x over four
/// samples x whose targets are kTrueWeights . x.
inline const Numbers kTrueWeights = {0.5, -1, 1};

inline Numbers linear_fit(const Numbers& w) {
  constexpr double x[4][3] = {{1, 1, 1}, {1, -1, 1}, {1, 1, -1}, {-1, 1, 1}};
  Numbers slope(3, 0.0);
  for (const auto& sample : x) {
    double error = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      error += sample[i] * (w[i] - kTrueWeights[i]);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      slope[i] += error * sample[i] / 4;
    }
  }
  return slope;
}

inline Numbers repeat(double value, std::size_t n) { return Numbers(n, value); }

}  // namespace gradus::test::article
