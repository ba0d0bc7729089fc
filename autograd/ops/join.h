#pragma once
// Tensors side by side.
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus {

/// The parts one after the other along `dim`.  They have one dtype and the sizes of the first in
/// every other dimension.  Throws ValueError of no parts, ShapeError or DtypeError.
Tensor join(const std::vector<Tensor>& parts, Index dim);

}  // namespace gradus
