#pragma once
// Images as matrices: column p of the unfolded image holds what the window sees at place p, zeros
// where it hangs over the edge, so that a convolution is a product of matrices.  Fold is the
// transpose of unfold: it adds each column to where it came from.
#include <gradus/core/conv_shape.h>

#include <algorithm>

namespace gradus::core {

/// The places q from `low` to `high` - 1, of `places`, where q stride + shift is in [0, size).
struct PlacesInside {
  Index low;
  Index high;
  PlacesInside(Index places, Index stride, Index shift, Index size) {
    low = std::min(places, shift >= 0 ? 0 : (stride - 1 - shift) / stride);
    high = shift >= size ? low : std::clamp((size - 1 - shift) / stride + 1, low, places);
  }
};

/// Places first, ..., first + count - 1 for every tap t, row of places by row:
///   zeros(t, at, n)       places at, ..., at + n - 1, from `first`, see nothing of the image
///   run(t, at, n, from)   they see numbers from, from + stride.w, ... of the image
template <class Zeros, class Run>
void for_runs(const ConvShape& s, Index first, Index count, Zeros zeros, Run run) {
  const Window& w = s.window;
  Index t = 0;
  for (Index channel = 0; channel < s.in; ++channel) {
    for (Index i = 0; i < w.kernel.h; ++i) {
      for (Index j = 0; j < w.kernel.w; ++j, ++t) {
        const Index shift = j * w.dilation.w - w.padding.w;
        const PlacesInside inside(s.output.w, w.stride.w, shift, s.input.w);
        Index q = first % s.output.w;
        Index row = first / s.output.w;
        for (Index at = 0; at < count; ++row, q = 0) {
          const Index end = std::min(s.output.w, q + count - at);
          const Index y = row * w.stride.h + i * w.dilation.h - w.padding.h;
          const bool hit = y >= 0 && y < s.input.h;
          const Index low = hit ? std::clamp(inside.low, q, end) : end;
          const Index high = hit ? std::clamp(inside.high, low, end) : end;
          zeros(t, at, low - q);
          if (high > low) {
            run(t, at + low - q, high - low,
                (channel * s.input.h + y) * s.input.w + low * w.stride.w + shift);
          }
          zeros(t, at + high - q, end - high);
          at += end - q;
        }
      }
    }
  }
}

/// image: [in, input] of one group, columns: [taps, count], for places from `first` on.
template <class T>
void unfold(const ConvShape& s, const T* image, Index first, Index count, T* columns) {
  for_runs(
      s, first, count,
      [&](Index t, Index at, Index n) { std::fill_n(columns + t * count + at, n, T(0)); },
      [&, step = s.window.stride.w](Index t, Index at, Index n, Index from) {
        T* to = columns + t * count + at;
        const T* source = image + from;
        if (step == 1) {
          std::copy_n(source, n, to);
          return;
        }
        for (Index k = 0; k < n; ++k) {
          to[k] = source[k * step];
        }
      });
}

/// Adds columns to the image: see unfold.
template <class T>
void fold(const ConvShape& s, const T* columns, Index first, Index count, T* image) {
  for_runs(
      s, first, count, [](Index, Index, Index) {},
      [&, step = s.window.stride.w](Index t, Index at, Index n, Index from) {
        const T* source = columns + t * count + at;
        T* to = image + from;
        if (step == 1) {
          for (Index k = 0; k < n; ++k) {
            to[k] += source[k];
          }
          return;
        }
        for (Index k = 0; k < n; ++k) {
          to[k * step] += source[k];
        }
      });
}

}  // namespace gradus::core
