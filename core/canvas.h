#pragma once
// Images with their padding around them, and where the terms of a convolution stand in them.
#include <gradus/core/conv_shape.h>
#include <gradus/core/panel.h>
#include <gradus/core/scratch.h>

#include <algorithm>
#include <cstdint>

namespace gradus::core {

/// Tap t of the window at position p sees number taps()[t] + positions()[p] of the canvas.
class CanvasPlaces {
 public:
  explicit CanvasPlaces(const ConvShape& s) : taps_(s.taps()), positions_(s.positions()) {
    const Window& w = s.window;
    const auto [height, width] = s.canvas();
    std::int32_t* to = taps_.data();
    for (Index channel = 0; channel < s.in; ++channel) {
      for (Index i = 0; i < w.kernel.h; ++i) {
        for (Index j = 0; j < w.kernel.w; ++j) {
          *to++ = static_cast<std::int32_t>((channel * height + i * w.dilation.h) * width +
                                            j * w.dilation.w);
        }
      }
    }
    to = positions_.data();
    for (Index row = 0; row < s.output.h; ++row) {
      for (Index column = 0; column < s.output.w; ++column) {
        *to++ = static_cast<std::int32_t>(row * w.stride.h * width + column * w.stride.w);
      }
    }
  }
  const std::int32_t* taps() const { return taps_.data(); }
  const std::int32_t* positions() const { return positions_.data(); }

 private:
  Scratch<std::int32_t> taps_;
  Scratch<std::int32_t> positions_;
};

/// Numbers of the canvas of one image.
inline double canvas_numbers(const ConvShape& s) {
  const Size2 size = s.canvas();
  return double(s.in) * double(size.h) * double(size.w);
}

/// One image with zeros around its channels, or as it is where nothing is around it.
template <class T>
class Canvas {
 public:
  explicit Canvas(const ConvShape& s)
      : s_(s), buffer_(padded() ? static_cast<Index>(canvas_numbers(s)) : 0) {
    std::fill_n(buffer_.data(), padded() ? static_cast<Index>(canvas_numbers(s)) : 0, T(0));
  }

  /// image: [in, input].  Valid until the next call.
  const T* operator()(const T* image) const {
    if (!padded()) {
      return image;
    }
    const Size2 padding = s_.window.padding;
    const auto [height, width] = s_.canvas();
    T* to = buffer_.data() + padding.h * width + padding.w;
    for (Index channel = 0; channel < s_.in; ++channel) {
      copy_rows(image, s_.input.w, s_.input.h, s_.input.w, to, width);
      image += s_.input.h * s_.input.w;
      to += height * width;
    }
    return buffer_.data();
  }

 private:
  bool padded() const { return s_.canvas() != s_.input; }
  const ConvShape& s_;
  Scratch<T> buffer_;
};

}  // namespace gradus::core
