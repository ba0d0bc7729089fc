#include <gradus/core/random.h>
#include <gradus/optim/conformance/trial.h>

#include <cmath>

namespace gradus::optim::conformance {

double Subject::option(std::string_view name, double missing) const {
  for (const Option& option : options) {
    if (option.name == name) {
      return option.value;
    }
  }
  return missing;
}

Tensor noise(const Shape& shape, Dtype dtype, Index stream) {
  Rng rng(static_cast<std::uint64_t>(stream) + 1);
  std::vector<double> numbers(static_cast<std::size_t>(count(shape)));
  for (double& x : numbers) {
    const double size = rng.uniform(0.1, 1);
    x = static_cast<float>(rng.next_u32() % 2 == 0 ? size : -size);
  }
  return convert(from_vector(numbers, shape), dtype);
}

Parameter parameter(std::string name, const Tensor& x) {
  Tensor w = x.clone();
  w.set_requires_grad();
  return {std::move(name), w};
}

std::vector<Tensor> starts(const Subject& subject, Dtype dtype, Index count) {
  for (const Shape& shape : {Shape{5, 7}, Shape{35}, Shape{4, 3, 2, 2}, Shape{}}) {
    if (subject.accepts(empty(shape, dtype))) {
      std::vector<Tensor> all;
      for (Index i = 0; i < count; ++i) {
        all.push_back(noise(shape, dtype, i));
      }
      return all;
    }
  }
  throw Skipped{"check_parameter refuses shapes [5, 7], [35], [4, 3, 2, 2] and []"};
}

Tensor start_row(const Subject& subject, Dtype dtype, Index n) {
  const Tensor w = noise({n}, dtype, 0);
  skip_unless(subject.accepts(w), "the rule takes no parameter of rank 1");
  return w;
}

Gradient usual(const std::vector<Tensor>& like, double size) {
  return [like, size](Index step, std::size_t i) {
    const Tensor g = noise(like[i].shape(), like[i].dtype(), 100 * step + Index(i) + 50);
    std::vector<double> numbers = values(g);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const bool zero = (k + static_cast<std::size_t>(step)) % 7 == 6;
      numbers[k] = zero ? 0 : static_cast<float>(size * numbers[k]);
    }
    return with_values(g, numbers);
  };
}

Trial::Trial(const Subject& subject, const std::vector<Tensor>& start, const Options& changed) {
  Parameters parameters;
  for (std::size_t i = 0; i < start.size(); ++i) {
    parameters.push_back(parameter(join({"p", Index(i)}), start[i]));
    w.push_back(parameters.back().tensor);
  }
  optimizer = subject.make({{parameters, changed}});
}

void Trial::step(const Gradient& gradient, Index step) {
  for (std::size_t i = 0; i < w.size(); ++i) {
    w[i].set_grad(gradient(step, i));
  }
  optimizer->step();
}

void Trial::steps(const Gradient& gradient, Index from, Index to) {
  for (Index k = from; k < to; ++k) {
    step(gradient, k);
  }
}

std::vector<Tensor> Trial::now() const {
  std::vector<Tensor> copies;
  for (const Tensor& x : w) {
    copies.push_back(x.clone());
  }
  return copies;
}

std::vector<std::vector<Tensor>> trajectory(const Subject& subject,
                                            const std::vector<Tensor>& start,
                                            const Gradient& gradient, Index steps,
                                            const Options& changed) {
  Trial trial(subject, start, changed);
  std::vector<std::vector<Tensor>> all;
  for (Index k = 0; k < steps; ++k) {
    trial.step(gradient, k);
    all.push_back(trial.now());
  }
  return all;
}

std::vector<double> values(const Tensor& x) { return convert(x, f64).to_vector<double>(); }

Tensor with_values(const Tensor& x, const std::vector<double>& values) {
  return convert(from_vector(values, x.shape()), x.dtype());
}

bool all_finite(const Tensor& x) {
  for (const double value : values(x)) {
    if (!std::isfinite(value)) {
      return false;
    }
  }
  return true;
}

double distance(const Tensor& a, const Tensor& b) {
  const std::vector<double> one = values(a);
  const std::vector<double> other = values(b);
  double most = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double d = std::fabs(one[i] - other[i]);
    most = d <= most ? most : d;  // NaN too
    if (d != d) {
      return d;
    }
  }
  return most;
}

double largest(const Tensor& a) { return distance(a, zeros_like(a)); }

void expect_same(const std::string& what, const Tensor& found, const Tensor& expected) {
  expect(found.shape() == expected.shape() && found.dtype() == expected.dtype(), what,
         ": a tensor of ", to_text(found.dtype()), " ", found.shape(), " instead of ",
         to_text(expected.dtype()), " ", expected.shape());
  const std::vector<double> one = values(found);
  const std::vector<double> other = values(expected);
  for (std::size_t i = 0; i < one.size(); ++i) {
    const bool both_nan = one[i] != one[i] && other[i] != other[i];
    expect(both_nan || one[i] == other[i], what, ": element ", i, " is ", one[i], " instead of ",
           other[i]);
  }
}

void expect_same(const std::string& what, const std::vector<Tensor>& found,
                 const std::vector<Tensor>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expect_same(join({what, ", parameter ", i}), found[i], expected[i]);
  }
}

void expect_same_elements(const Subject& subject, const std::string& what,
                          const std::vector<Tensor>& found, const std::vector<Tensor>& expected) {
  try {
    expect_same(what, found, expected);
  } catch (Failed& failed) {
    if (!subject.states_per_element) {
      failed.note +=
          "; a rule that looks at whole tensors says static constexpr bool per_element = false";
    }
    throw;
  }
}

void expect_same(const std::string& what, const StateDict& found, const StateDict& expected) {
  for (const auto& [name, value] : expected) {
    const StateDict::Value* other = found.find(name);
    expect(other && other->index() == value.index(), what, ": '", name,
           "' is missing, or of another kind");
    if (const auto* tensor = std::get_if<Tensor>(&value)) {
      expect_same(join({what, ": '", name, "'"}), std::get<Tensor>(*other), *tensor);
    } else if (const auto* number = std::get_if<double>(&value)) {
      expect(std::get<double>(*other) == *number, what, ": '", name, "' is ",
             std::get<double>(*other), " instead of ", *number);
    } else {
      expect(std::get<std::string>(*other) == std::get<std::string>(value), what, ": '", name,
             "' is ", std::get<std::string>(*other), " instead of ", std::get<std::string>(value));
    }
  }
  expect(found.size() == expected.size(), what, ": there are ", found.size(),
         " entries instead of ", expected.size());
}

bool state_is_finite(const StateDict& state, const std::string& parameter) {
  const StateDict slots = state.part(join({"parameter.", parameter, ".state"}));
  for (const auto& [name, value] : slots) {
    if (const auto* tensor = std::get_if<Tensor>(&value)) {
      if (is_floating(tensor->dtype()) && !all_finite(*tensor)) {
        return false;
      }
    } else if (const auto* number = std::get_if<double>(&value)) {
      if (!std::isfinite(*number)) {
        return false;
      }
    }
  }
  return true;
}

void expect_finite(const std::string& what, const Trial& trial) {
  const StateDict state = trial.optimizer->state_dict();
  for (std::size_t i = 0; i < trial.w.size(); ++i) {
    expect(all_finite(trial.w[i]), what, ": the parameter is not finite");
    expect(state_is_finite(state, join({"p", Index(i)})), what, ": the state is not finite");
  }
}

Options with_option(const Subject& subject, std::string_view option, double value) {
  const double now = subject.option(option, NAN);
  if (now != now || now == value) {
    return {};
  }
  const Options changed = {{std::string(option), value}};
  try {
    subject.make({{{parameter("p", starts(subject, f64, 1)[0])}, changed}});
  } catch (const Error&) {
    return {};
  }
  return changed;
}

std::optional<Option> changed_option(const Subject& subject, const Option& option) {
  for (const double value :
       {option.value * 0.75, option.value + 1, option.value - 1, 0.5, 0.0, 1.0, option.value * 2}) {
    const Options changed = with_option(subject, option.name, value);
    if (!changed.empty()) {
      return changed[0];
    }
  }
  return std::nullopt;
}

}  // namespace gradus::optim::conformance
