#pragma once
// An image as convolutions to few channels read it: see core/narrow_conv.h.
#include <gradus/core/conv_shape.h>
#include <gradus/core/panel.h>
#include <gradus/core/scratch.h>

#include <algorithm>

namespace gradus::core {

/// Rows of a copy.
inline Index laid_out_rows(const ConvShape& s) { return s.canvas().h; }

/// Numbers of all copies of one image.
inline double laid_out_numbers(const ConvShape& s) {
  return double(s.in) * double(s.window.kernel.w) * double(laid_out_rows(s)) * double(s.output.w);
}

/// Where each tap sees the first place of y.
class TapPlaces {
 public:
  explicit TapPlaces(const ConvShape& s) : rows_(s.taps()) {
    const Size2 kernel = s.window.kernel;
    height_ = (kernel.h - 1) * s.window.dilation.h;
    std::int32_t* to = rows_.data();
    for (Index channel = 0; channel < s.in; ++channel) {
      for (Index i = 0; i < kernel.h; ++i) {
        for (Index j = 0; j < kernel.w; ++j) {
          const Index row = (channel * kernel.w + j) * laid_out_rows(s) + i * s.window.dilation.h;
          *to++ = static_cast<std::int32_t>(row * s.output.w);
        }
      }
    }
  }
  const std::int32_t* data() const { return rows_.data(); }
  /// Rows from a window's first to its last.
  Index height() const { return height_; }

 private:
  Scratch<std::int32_t> rows_;
  Index height_;
};

/// [in, kernel.w, rows, output.w], and `margin` numbers that may be read beyond.
template <class T>
class LaidOut {
 public:
  LaidOut(const ConvShape& s, Index margin)
      : s_(s), numbers_(Index(laid_out_numbers(s)) + margin), buffer_(numbers_) {
    std::fill_n(buffer_.data(), numbers_, T(0));  // padding and margin stay as they are
  }

  /// Of one of the images of x: [images, in, input]; valid until the next call.
  const T* operator()(const T* x, Index image, Index images) const {
    const Window& w = s_.window;
    const Index area = s_.input.h * s_.input.w;
    const T* const from = x + image * s_.in * area;
    if (w.kernel.w == 1 && s_.canvas() == s_.input && (images - image) * s_.in * area >= numbers_) {
      return from;  // as it is
    }
    T* to = buffer_.data();
    for (Index channel = 0; channel < s_.in; ++channel) {
      for (Index j = 0; j < w.kernel.w; ++j, to += laid_out_rows(s_) * s_.output.w) {
        const Index shift = j * w.dilation.w - w.padding.w;
        const Index low = std::clamp<Index>(-shift, 0, s_.output.w);
        const Index high = std::clamp<Index>(s_.input.w - shift, low, s_.output.w);
        copy_rows(from + channel * area + low + shift, s_.input.w, s_.input.h, high - low,
                  to + w.padding.h * s_.output.w + low, s_.output.w);
      }
    }
    return buffer_.data();
  }

 private:
  const ConvShape& s_;
  Index numbers_;
  Scratch<T> buffer_;
};

}  // namespace gradus::core
