#include <gradus/core/view.h>
#include <gradus/optim/explain.h>

namespace gradus::optim {
namespace {

double number_at(Tensor x, const std::vector<Index>& index) {
  for (const Index i : index) {
    x = core::select(x, 0, i);
  }
  return x.item();
}

std::string in_brackets(const std::vector<Index>& index) {
  std::string text = "[";
  for (std::size_t d = 0; d < index.size(); ++d) {
    text += join({d == 0 ? "" : ",", index[d]});
  }
  text += "]";
  return text;
}

}  // namespace

OptimizerBase::Place OptimizerBase::find(const char* where, std::string_view parameter) const {
  std::optional<Place> found;
  std::string names;
  for_each_entry([&](std::size_t group, std::size_t i, const Entry& e) {
    if (e.parameter.name == parameter) {
      found = {group, i};
    }
    names += join({names.empty() ? "" : ", ", e.parameter.name});
  });
  require(found.has_value(), rule_name(), ": ", where, ": there is no parameter '", parameter,
          "'; its parameters are ", names);
  return *found;
}

Explanation OptimizerBase::explain_step(std::string_view parameter,
                                        const std::vector<Index>& index) {
  const char* where = "explain_step";
  const Place place = find(where, parameter);
  Entry& e = entry(place.group, place.i);
  const Tensor& w = e.parameter.tensor;
  const auto rank = static_cast<std::size_t>(w.rank());
  require<IndexError>(index.size() == rank, rule_name(), ": ", where, ": '", parameter, "' has ",
                      rank, " dimensions, got ", index.size(), " indices");
  for (std::size_t d = 0; d < rank; ++d) {
    require<IndexError>(index[d] >= 0 && index[d] < w.shape()[static_cast<int>(d)], rule_name(),
                        ": ", where, ": '", parameter, "' of shape ", w.shape(), " has no element ",
                        in_brackets(index));
  }
  require(bool(w.grad()), rule_name(), ": ", where, ": '", parameter,
          "' must have a gradient; call backward() first");

  Trace trace(
      w, w.grad().dense(), [&] { return state(place.group, place.i); }, index);
  ExplainedStep step;
  step.t = next_step(e);
  step.gradient = number_at(w.grad(), index);
  step.before = number_at(w, index);
  take_step(&place, &trace);
  step.after = number_at(w, index);
  step.lines = trace.lines();
  return {std::string(group_rule(place.group)),
          group_options(place.group),
          std::string(parameter) + in_brackets(index),
          {std::move(step)}};
}

Parameters explained_parameter(const Tensor& w) {
  Tensor copy = w.clone();
  copy.set_requires_grad();
  return {{"w", copy}};
}

std::vector<Tensor> single_numbers(const std::vector<double>& numbers, Dtype dtype) {
  std::vector<Tensor> tensors;
  for (const double number : numbers) {
    tensors.push_back(full({1}, number, dtype));
  }
  return tensors;
}

Explanation explain_steps(OptimizerBase& optimizer, const std::vector<Tensor>& gradients,
                          const std::vector<Index>& index) {
  Tensor w = optimizer.parameters().front().tensor;
  Explanation all;
  for (const Tensor& g : gradients) {
    w.set_grad(g);
    Explanation one = optimizer.explain_step("w", index);
    all.steps.push_back(std::move(one.steps.front()));
    one.steps = std::move(all.steps);
    all = std::move(one);
  }
  return all;
}

std::map<std::string, std::vector<double>> OptimizerBase::values_of(const std::string& name) const {
  std::map<std::string, std::vector<double>> all;
  const std::vector<Options> scheduled = scheduled_options();
  for_each_entry([&](std::size_t group, std::size_t i, const Entry& e) {
    const Tensor& w = e.parameter.tensor;
    if (!w.grad() || w.numel() == 0) {
      return;
    }
    const Tensor copy = w.clone();
    Trace trace(copy, name);
    probe(group, scheduled[group], i, next_step(e), copy, w.grad().dense(), &trace,
          [](const auto&) {});
    require(!trace.collected().empty(), rule_name(), ": its formula calls nothing '", name, "'");
    all[e.parameter.name] = trace.collected();
  });
  return all;
}

}  // namespace gradus::optim
