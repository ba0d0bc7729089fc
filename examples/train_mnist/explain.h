#pragma once
// `--explain fc1.weight[0,5]@3`: one element of one parameter, at one step.
#include <gradus/core/parameter.h>

#include <string>
#include <vector>

#include "train_mnist/flag_values.h"

namespace train_mnist {

struct Explain {
  std::string parameter;
  std::vector<Index> index;
  Index step = 0;  ///< of the training, from 1
};

/// Reads "fc1.weight[0,5]@3".  Throws UsageError naming the flag.
Explain explain_value(const std::string& flag, const std::string& text);

/// Throws UsageError unless the model has that element.
void require_element(const Explain& what, const gradus::Parameters& parameters);
/// Throws UsageError unless the training, of so many steps, has that step.
void require_step(const Explain& what, Index steps);

}  // namespace train_mnist
