#pragma once
// Sizes of a convolution, checked.
#include <gradus/core/window.h>

#include <algorithm>

namespace gradus::core {

/// A convolution takes images x: [batch, groups in, input] with a weight: [groups out, in, kernel]
/// to y: [batch, groups out, output].
struct ConvShape {
  Window window;
  Index batch = 0;
  Index groups = 1;
  Index in = 0;   ///< channels of x in a group
  Index out = 0;  ///< channels of y in a group
  Size2 input = 0;
  Size2 output = 0;

  Index taps() const { return in * window.kernel.h * window.kernel.w; }  ///< terms of an element
  Index positions() const { return output.h * output.w; }
  /// Of the image with its padding, and with what windows see beyond it, which is 0: the gradient
  /// by the input is a convolution that may see further than any window reached.
  Size2 canvas() const {
    const auto size = [](Index image, Index padding, Index places, Index stride, Index extent) {
      return std::max(image + 2 * padding, (places - 1) * stride + extent);
    };
    const Size2 extent = window.extent();
    return {size(input.h, window.padding.h, output.h, window.stride.h, extent.h),
            size(input.w, window.padding.w, output.w, window.stride.w, extent.w)};
  }
  Shape x_shape() const { return {batch, groups * in, input.h, input.w}; }
  Shape weight_shape() const { return {groups * out, in, window.kernel.h, window.kernel.w}; }
  Shape y_shape() const { return {batch, groups * out, output.h, output.w}; }
};

/// The sizes for x: [batch, channels, height, width] and weight: [out, channels / groups, kernel
/// height, kernel width], both without height where the window has one dimension; the window's
/// kernel is taken from weight.  Throws ValueError or ShapeError naming `where` and the argument.
ConvShape conv_shape(const char* where, const Shape& x, const Shape& weight, Window window,
                     Index groups);

/// The sizes of the convolution whose gradient by its input is the transposed convolution of x:
/// [batch, channels, height, width] with weight: [channels, out / groups, kernel height, kernel
/// width].  Its output is then x.  output_padding says which of the inputs that give x is meant.
ConvShape conv_transpose_shape(const char* where, const Shape& x, const Shape& weight,
                               Window window, Index groups, const Size2& output_padding);

}  // namespace gradus::core
