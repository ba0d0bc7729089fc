#pragma once
// Derivatives against central differences: a teaching tool, and the oracle of the tests.
//
// A function's results are weighted by fixed random numbers and summed to a scalar L.  For every
// element x of every input, dL/dx from backward() must agree with (L(x + h) - L(x - h)) / 2h.
#include <gradus/core/tensor.h>

#include <functional>
#include <string>
#include <vector>

namespace gradus {

struct GradCheckOptions {
  double step = 1e-6;      ///< h
  double absolute = 1e-5;  ///< error allowed, plus
  double relative = 1e-3;  ///< this times the difference quotient
};

struct GradCheckResult {
  bool ok = true;
  double largest_error = 0;  ///< absolute
  std::string report;  ///< empty if ok; otherwise input, position and both values of the worst
  explicit operator bool() const { return ok; }
};

/// Checks all inputs that require a gradient; they must be f64 (ValueError otherwise) and are as
/// before on return, or when `function` throws, their gradients cleared.  `function` must not
/// change them and must give the same result for the same inputs; one tensor may be given twice.
GradCheckResult check_gradients(const std::function<Tensor(const std::vector<Tensor>&)>& function,
                                const std::vector<Tensor>& inputs,
                                const GradCheckOptions& options = {});

}  // namespace gradus
