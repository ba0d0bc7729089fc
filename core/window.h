#pragma once
// What convolutions and pooling have in common: a window that moves over images, axis by axis.
#include <gradus/core/error.h>
#include <gradus/core/shape.h>

#include <string>

namespace gradus {

/// A number for height and one for width; a single number stands for both.
struct Size2 {
  Index h;
  Index w;
  Size2(Index both) : h(both), w(both) {}
  Size2(Index height, Index width) : h(height), w(width) {}
  bool operator==(const Size2&) const = default;
};
/// "[2, 3]"
std::string to_text(const Size2& size);

namespace core {

/// Of an image's sides, and of a window's sizes, at most.
inline constexpr Index kMaxSide = 0x7fffffff;

/// How a window lies on images.  Images of one dimension have height 1, and messages show their
/// width alone.
struct Window {
  Size2 kernel = 1;
  Size2 stride = 1;
  Size2 padding = 0;
  Size2 dilation = 1;
  bool one_dimension = false;
  /// The last window may hang over the far edge of the padded image, if it begins before the
  /// padding there (PyTorch's ceil_mode).
  bool ceil_mode = false;

  /// From a window's first to its last element, and one more.
  Size2 extent() const {
    return {dilation.h * (kernel.h - 1) + 1, dilation.w * (kernel.w - 1) + 1};
  }
  std::string show(const Size2& size) const;
};

/// Throws ValueError, naming `where` and the argument, unless kernel, stride and dilation are at
/// least 1 and padding at least 0, and none is above kMaxSide.
void check_window(const char* where, const Window& window);

/// How many places the window has on images of that size.  Throws ShapeError, with the shape of
/// the tensor `x`, if it is larger than the padded image.
Size2 window_places(const char* where, const Window& window, const Size2& image, const Shape& x);

}  // namespace core
}  // namespace gradus
