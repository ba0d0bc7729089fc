#pragma once
// explain(rule, w, gradients): what a rule does to one number, step by step, with every line of its
// formula in symbols and numbers.
//
//   std::puts(to_text(optim::explain(optim::Adam{.lr = 0.1}, 1.0, {0.5, 0.25})).c_str());
//
// There is no second formula behind it: it takes the steps with an Optimizer, whose rule's update()
// runs on Traced numbers beside the real ones.  OptimizerBase::explain_step does the same in the
// middle of a training run.
#include <gradus/optim/optimizer.h>

namespace gradus::optim {

/// The steps that `gradients` lead to, seen from the element of w at `index`.  w and the gradients
/// have one shape and dtype; w itself is not changed.  Throws as Optimizer does.
template <Rule R>
Explanation explain(const R& rule, const Tensor& w, const std::vector<Tensor>& gradients,
                    const std::vector<Index>& index) {
  Tensor parameter = w.clone();
  parameter.set_requires_grad();
  Optimizer<R> optimizer({{"w", parameter}}, rule);
  Explanation all;
  for (const Tensor& g : gradients) {
    parameter.set_grad(g);
    Explanation one = optimizer.explain_step("w", index);
    one.steps.insert(one.steps.begin(), all.steps.begin(), all.steps.end());
    all = std::move(one);
  }
  return all;
}

/// The same for a parameter that is a single number, of f64 unless told otherwise.
template <Rule R>
Explanation explain(const R& rule, double w, const std::vector<double>& gradients,
                    Dtype dtype = f64) {
  std::vector<Tensor> all;
  for (const double g : gradients) {
    all.push_back(full({1}, g, dtype));
  }
  return explain(rule, full({1}, w, dtype), all, {0});
}

}  // namespace gradus::optim
