#pragma once
// Samples that tell by their numbers which they are.
#include <gradus/core/tensor.h>

namespace gradus::test {

/// [n, 2] with i and i + 0.5 in row i.
inline Tensor inputs(Index n) {
  Tensor x({n, 2}, f32);
  for (Index i = 0; i < n; ++i) {
    x.mutable_data<float>()[2 * i] = static_cast<float>(i);
    x.mutable_data<float>()[2 * i + 1] = static_cast<float>(i) + 0.5f;
  }
  return x;
}

}  // namespace gradus::test
