#pragma once
// The classes of a batch.
#include <gradus/core/tensor.h>

#include <cstdint>
#include <vector>

namespace gradus::test {

inline Tensor labels(const std::vector<std::int64_t>& values) {
  return from_vector(values, {static_cast<Index>(values.size())});
}

}  // namespace gradus::test
