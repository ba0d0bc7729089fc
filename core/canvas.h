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
    const Index height = s.input.h + 2 * w.padding.h;
    const Index width = s.input.w + 2 * w.padding.w;
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
  return double(s.in) * double(s.input.h + 2 * s.window.padding.h) *
         double(s.input.w + 2 * s.window.padding.w);
}

/// One image with zeros around its channels, or as it is where there is no padding.
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
    const Index width = s_.input.w + 2 * padding.w;
    T* to = buffer_.data() + padding.h * width + padding.w;
    for (Index channel = 0; channel < s_.in; ++channel) {
      copy_rows(image, s_.input.w, s_.input.h, s_.input.w, to, width);
      image += s_.input.h * s_.input.w;
      to += (s_.input.h + 2 * padding.h) * width;
    }
    return buffer_.data();
  }

 private:
  bool padded() const { return s_.window.padding != Size2(0); }
  const ConvShape& s_;
  Scratch<T> buffer_;
};

}  // namespace gradus::core
