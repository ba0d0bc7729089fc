#pragma once
// Tensors side by side, and cut apart again.
#include <gradus/core/tensor.h>

#include <initializer_list>
#include <vector>

namespace gradus {

/// The parts one after the other along `dim`.  They have one dtype and the sizes of the first in
/// every other dimension.  Throws ValueError of no parts, ShapeError or DtypeError.
Tensor cat(const std::vector<Tensor>& parts, Index dim = 0);
/// Parts of one shape along a new dimension.
Tensor stack(const std::vector<Tensor>& parts, Index dim = 0);

/// x cut along `dim` into parts of `size`, the last one smaller if need be: views.
std::vector<Tensor> split(const Tensor& x, Index size, Index dim = 0);
/// x cut along `dim` into parts of those sizes, which add up to its own.
std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& sizes, Index dim = 0);
/// The same for sizes in braces, of which {2} is one.
inline std::vector<Tensor> split(const Tensor& x, std::initializer_list<Index> sizes,
                                 Index dim = 0) {
  return split(x, std::vector<Index>(sizes), dim);
}
/// x cut along `dim` into at most `count` parts of one size, the last one smaller if need be.
std::vector<Tensor> chunk(const Tensor& x, Index count, Index dim = 0);

/// x with `before` and `after` elements of `value` put around it in each dimension, from the last
/// one on: {{left, right}, {top, bottom}}, the order of PyTorch's F.pad.  Throws ShapeError for
/// more pairs than dimensions, ValueError for negative counts or a value that x's dtype cannot
/// hold.
struct Padding {
  Index before = 0;
  Index after = 0;
};
Tensor pad(const Tensor& x, const std::vector<Padding>& padding, double value = 0);

}  // namespace gradus
