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

/// A copy of w that requires a gradient, named "w": what explain() optimizes.
Parameters explained_parameter(const Tensor& w);
/// A tensor of shape [1] for each number.
std::vector<Tensor> single_numbers(const std::vector<double>& numbers, Dtype dtype);
/// The steps that `gradients` lead an optimizer of one parameter, named "w", to, seen from its
/// element at `index`.  Throws as OptimizerBase::explain_step does.
Explanation explain_steps(OptimizerBase& optimizer, const std::vector<Tensor>& gradients,
                          const std::vector<Index>& index);

/// The steps that `gradients` lead to, seen from the element of w at `index`.  w and the gradients
/// have one shape and dtype; w itself is not changed.  Throws as Optimizer does.
template <Rule R>
Explanation explain(const R& rule, const Tensor& w, const std::vector<Tensor>& gradients,
                    const std::vector<Index>& index) {
  Optimizer<R> optimizer(explained_parameter(w), rule);
  return explain_steps(optimizer, gradients, index);
}

/// The same for a parameter that is a single number, of f64 unless told otherwise.
template <Rule R>
Explanation explain(const R& rule, double w, const std::vector<double>& gradients,
                    Dtype dtype = f64) {
  return explain(rule, full({1}, w, dtype), single_numbers(gradients, dtype), {0});
}

}  // namespace gradus::optim
