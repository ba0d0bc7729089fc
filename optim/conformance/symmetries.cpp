// What must not matter: signs, order, cuts, neighbours, precision, threads, time.
#include <gradus/core/parallel.h>
#include <gradus/core/view.h>
#include <gradus/optim/conformance/trial.h>

#include <algorithm>
#include <cmath>

namespace gradus::optim::conformance {
namespace {

constexpr Index kSteps = 12;

Tensor mapped(const Tensor& x,
              const std::function<double(const std::vector<double>&, std::size_t)>& f) {
  const std::vector<double> from = values(x);
  std::vector<double> to(from.size());
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = f(from, i);
  }
  return with_values(x, to);
}

Tensor negative(const Tensor& x) {
  return mapped(x, [](const auto& from, std::size_t i) { return -from[i]; });
}

void sign_symmetry(const Subject& subject) {
  skip_unless(subject.sign_symmetric, "the rule says that it is not symmetric");
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = starts(subject, dtype);
    const Gradient plain = usual(start);
    const auto one = trajectory(subject, start, plain, kSteps);
    const auto other = trajectory(
        subject, {negative(start[0]), negative(start[1])},
        [&](Index k, std::size_t i) { return negative(plain(k, i)); }, kSteps);
    for (std::size_t k = 0; k < one.size(); ++k) {
      expect_same(join({"step ", k + 1, " from -w by -g, negated"}),
                  std::vector{negative(other[k][0]), negative(other[k][1])}, one[k]);
    }
  }
}

void permutation(const Subject& subject) {
  skip_unless(subject.per_element, "the rule looks at whole tensors");
  const auto turned = [](const Tensor& x) {  // 12 is prime to 37
    return mapped(x, [](const auto& from, std::size_t i) { return from[i * 12 % from.size()]; });
  };
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> start = {start_row(subject, dtype, 37)};
    const Gradient plain = usual(start);
    const auto one = trajectory(subject, start, plain, kSteps);
    const auto other = trajectory(
        subject, {turned(start[0])}, [&](Index k, std::size_t i) { return turned(plain(k, i)); },
        kSteps);
    for (std::size_t k = 0; k < one.size(); ++k) {
      expect_same_elements(subject, join({"step ", k + 1, " in another order"}), other[k],
                           {turned(one[k][0])});
    }
  }
}

void splitting(const Subject& subject) {
  skip_unless(subject.per_element, "the rule looks at whole tensors");
  for (const Dtype dtype : {f32, f64}) {
    const Tensor whole = start_row(subject, dtype, 37);
    const auto cut = [](const Tensor& x) {
      return std::vector{core::slice(x, 0, 0, 11).clone(), core::slice(x, 0, 11, 37).clone()};
    };
    const Gradient plain = usual({whole});
    const auto one = trajectory(subject, {whole}, plain, kSteps);
    const auto other = trajectory(
        subject, cut(whole), [&](Index k, std::size_t i) { return cut(plain(k, 0))[i]; }, kSteps);
    for (std::size_t k = 0; k < one.size(); ++k) {
      expect_same_elements(subject, join({"step ", k + 1, " cut in two"}), other[k],
                           cut(one[k][0]));
    }
  }
}

void alone(const Subject& subject) {
  const std::vector<Tensor> start = starts(subject, f32, 3);
  const Gradient plain = usual(start);
  const auto together = trajectory(subject, start, plain, kSteps);
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto apart = trajectory(
        subject, {start[i]}, [&](Index k, std::size_t) { return plain(k, i); }, kSteps);
    for (std::size_t k = 0; k < apart.size(); ++k) {
      expect_same(join({"step ", k + 1, " of parameter ", i, " beside others"}), together[k][i],
                  apart[k][0]);
    }
  }
}

void precision(const Subject& subject) {
  const auto start = starts(subject, f32);
  const auto wide = starts(subject, f64);
  const auto single = trajectory(subject, start, usual(start), kSteps);
  const auto doubled = trajectory(subject, wide, usual(wide), kSteps);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    double path = 0;
    for (std::size_t k = 0; k < doubled.size(); ++k) {
      path += distance(doubled[k][i], k == 0 ? wide[i] : doubled[k - 1][i]);
      const double apart = distance(convert(single[k][i], f64), doubled[k][i]);
      const double allowed = 1e-3 * path + 1e-6 * largest(doubled[k][i]);
      expect(apart <= allowed, "after step ", k + 1, " f32 and f64 are ", apart,
             " apart; the parameter has moved by ", path);
    }
  }
}

// A rule that keeps a number of its formula in float does not see a change of 2^-32.
void double_options(const Subject& subject) {
  const std::vector<Tensor> start = starts(subject, f64, 1);
  const Gradient plain = usual(start);
  const auto end = [&](const Options& changed) {
    return trajectory(subject, start, plain, 5, changed)[4][0];
  };
  const Tensor as_is = end({});
  for (const std::string& name : subject.numbers) {
    const double value = subject.option(name, 0);
    const Options more = with_option(subject, name, value * (1 - 0x1p-18));
    const Options less = with_option(subject, name, value * (1 - 0x1p-32));
    if (more.empty() || less.empty()) {
      continue;
    }
    const std::vector<double> middle = values(as_is);
    const std::vector<double> far = values(end(more));
    const std::vector<double> near = values(end(less));
    for (std::size_t i = 0; i < middle.size(); ++i) {
      const double expected = (far[i] - middle[i]) * 0x1p-14;
      const double found = near[i] - middle[i];
      const double noise = 0x1p-46 * std::max(1.0, std::fabs(middle[i]));
      expect(std::fabs(found - expected) <= 0.3 * std::fabs(expected) + noise, "when ", name,
             " changes by one part in 2^32, element ", i, " changes by ", found, " instead of ",
             expected);
    }
  }
}

void threads(const Subject& subject) {
  struct Restore {
    int before = num_threads();
    ~Restore() { set_num_threads(before); }
  } const restore;
  // A vector only where the rule says that elements go their own way: another might ask for a
  // matrix of its length squared.
  const bool vector = subject.states_per_element && subject.per_element;
  const Shape shape = vector ? Shape{70001} : Shape{307, 229};
  skip_unless(subject.accepts(empty(shape)), "the rule takes no parameter of shape ", shape);
  const std::vector<Tensor> start = {noise(shape, f32, 0), noise(shape, f32, 1)};
  const std::vector<Tensor> g = {noise(shape, f32, 2), noise(shape, f32, 3)};
  const Gradient turn = [&](Index k, std::size_t i) {
    return g[(static_cast<std::size_t>(k) + i) % 2];
  };
  std::vector<Tensor> expected;
  for (const int count : {1, 2, 3}) {
    set_num_threads(count);
    Trial trial(subject, start);
    trial.steps(turn, 0, 3);
    if (count == 1) {
      expected = trial.w;
    }
    expect_same(join({"with ", count, " threads"}), trial.w, expected);
  }
}

void second_run(const Subject& subject) {
  const std::vector<Tensor> start = starts(subject, f32);
  const auto one = trajectory(subject, start, usual(start), kSteps);
  const auto other = trajectory(subject, start, usual(start), kSteps);
  for (std::size_t k = 0; k < one.size(); ++k) {
    expect_same(join({"step ", k + 1, " of a second run"}), other[k], one[k]);
  }
}

}  // namespace

std::vector<Claim> symmetry_claims() {
  return {
      {"sign symmetry", "(-w, -g) leads to the negative of what (w, g) leads to", sign_symmetry},
      {"permutation", "elements in another order get the same bits", permutation},
      {"splitting", "a tensor cut in two gets the same bits", splitting},
      {"independence", "a parameter gets the same bits alone and beside others", alone},
      {"f32 against f64", "both precisions take the same path", precision},
      {"options in double", "the formula sees a change of an option below f32", double_options},
      {"threads", "1, 2 and 3 threads give the same bits", threads},
      {"second run", "the same start gives the same bits again", second_run, true},
  };
}

}  // namespace gradus::optim::conformance
