#pragma once
// Pooling: one number for each window of an image, its largest or its mean.  x: [batch, channels,
// height, width]; every channel is an image of its own.
#include <gradus/core/tensor.h>
#include <gradus/core/window.h>

#include <vector>

namespace gradus::core {

/// What the windows see along one side of the image: window p sees begin[p], begin[p] + step, ...
/// below end[p], at least one place, and counts as divisor[p] places in a mean.
struct PoolAxis {
  Index size;
  Index step = 1;
  std::vector<Index> begin = {};
  std::vector<Index> end = {};
  std::vector<double> divisor = {};

  Index places() const { return static_cast<Index>(begin.size()); }
};

struct PoolAxes {
  PoolAxis h;
  PoolAxis w;
};

/// Along a side of an image, or of what comes out: where each window lies is kept in memory, also
/// for a batch of none.
constexpr Index kMostPoolPlaces = Index{1} << 26;

/// Windows of one size.  Places in the padding count in a mean with `count_padding`.  Throws
/// ValueError or ShapeError, naming `where` and the argument, for a window that does not fit, for
/// padding above half of the kernel, where a window would see no part of x, and for images above
/// kMostPoolPlaces.
PoolAxes pool_axes(const char* where, const Shape& x, const Window& window, bool count_padding);
/// As many windows as `output` says: window p sees from p size / output, rounded down, to
/// (p + 1) size / output, rounded up.  Throws ValueError or ShapeError likewise.
PoolAxes adaptive_axes(const char* where, const Shape& x, const Size2& output);

struct MaxPool {
  Tensor y;
  Tensor index;  ///< i64, of y's shape: where in its image each number of y is, row by row
};
/// The largest number of each window, and of equal ones the first; NaN where there is one.
MaxPool max_pool(const char* where, const PoolAxes& axes, const Tensor& x);
/// The same for `count` planes of x one after the other.
template <class T>
void max_pool_planes(const PoolAxes& axes, Index count, const T* x, T* y, std::int64_t* index);
/// x's numbers at `index`, of its shape.
Tensor gather_pool(const Tensor& x, const Tensor& index);
/// The transpose: zeros of `shape`, with each number of dy added at its index.
Tensor scatter_pool(const Tensor& dy, const Tensor& index, const Shape& shape);
/// The same for `count` planes of dy, of `windows` numbers each, and dx, of `area`.
template <class T>
void scatter_planes(Index count, const T* dy, const std::int64_t* index, Index windows, T* dx,
                    Index area);

/// The mean of each window, added up in double.
Tensor avg_pool(const char* where, const PoolAxes& axes, const Tensor& x);
/// The transpose: each number of dy in equal shares to the places of its window.
Tensor avg_pool_input(const PoolAxes& axes, const Tensor& dy);

}  // namespace gradus::core
