#pragma once
// Pooling: the largest number, or the mean, of a window that moves over images.  x: [batch,
// channels, height, width], or [batch, channels, length] for those with 1d; each channel by itself.
// All throw ShapeError, ValueError or DtypeError, naming the argument that does not fit: a kernel
// larger than the padded x, padding above half of the kernel, a stride below 1, images or outputs
// of more than 2^26 places along a side (core::kMostPoolPlaces).
//
// PyTorch's divisor_override is left out.
#include <gradus/core/tensor.h>
#include <gradus/core/window.h>

#include <optional>

namespace gradus {

struct MaxPoolOptions {
  std::optional<Size2> stride = {};  ///< the kernel if not set
  Size2 padding = 0;                 ///< places that never are the largest, on either side
  Size2 dilation = 1;
  bool ceil_mode = false;  ///< a last window that hangs over the far edge counts too
};

struct AvgPoolOptions {
  std::optional<Size2> stride = {};  ///< the kernel if not set
  Size2 padding = 0;                 ///< zeros, on either side
  bool count_include_pad = true;  ///< divide by the kernel's size where it hangs over the edge too
  /// A last window that hangs over the far edge counts too; what lies beyond the padding is never
  /// part of its size.
  bool ceil_mode = false;
};

/// The largest number of each window.  The gradient goes to the first of equal ones; NaN counts as
/// the largest.
Tensor max_pool2d(const Tensor& x, const Size2& kernel, const MaxPoolOptions& options = {});
/// The mean of each window.
Tensor avg_pool2d(const Tensor& x, const Size2& kernel, const AvgPoolOptions& options = {});
/// The means of `output` windows, rows and columns, that divide x as evenly as they can.
Tensor adaptive_avg_pool2d(const Tensor& x, const Size2& output);

/// Of the options, only widths are used.
Tensor max_pool1d(const Tensor& x, Index kernel, const MaxPoolOptions& options = {});
Tensor avg_pool1d(const Tensor& x, Index kernel, const AvgPoolOptions& options = {});

}  // namespace gradus
