#pragma once
// A named tensor: what modules give to optimizers.
#include <gradus/core/tensor.h>

#include <string>
#include <vector>

namespace gradus {

struct Parameter {
  std::string name;  ///< dotted path from the module it was asked of: "fc1.weight"
  Tensor tensor;
};

using Parameters = std::vector<Parameter>;

}  // namespace gradus
