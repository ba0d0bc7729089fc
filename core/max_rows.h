#pragma once
// The loops of max pooling: a fast path for the usual windows with the processor's vector
// instructions, and its plain twin, which takes windows of any kind.
#include <gradus/core/pool.h>
#include <gradus/core/vectorized.h>

#include <algorithm>
#include <type_traits>

namespace gradus::core {

// The windows of row r of places, all of them whole and a fixed distance apart along the row: tap
// by tap for many windows at once, which compilers turn into vector instructions.
template <int kStride, class T>
[[gnu::always_inline]] inline void max_row_of(const PoolAxes& axes, std::size_t r, const T* x, T* y,
                                              std::int64_t* index) {
  constexpr Index kBlock = 32;
  using Place = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  const PoolAxis& w = axes.w;
  const Index kernel = w.end[0] - w.begin[0];
  for (Index first = 0; first < w.places(); first += kBlock) {
    const Index n = std::min(kBlock, w.places() - first);
    const Index left = w.begin[static_cast<std::size_t>(first)];
    const Index top = axes.h.begin[r] * w.size + left;
    T largest[kBlock];
    Place best[kBlock];  // from `top` on, without what the window's place adds
    for (Index q = 0; q < n; ++q) {
      largest[q] = x[top + q * kStride];
      best[q] = 0;
    }
    for (Index i = axes.h.begin[r]; i < axes.h.end[r]; i += axes.h.step) {
      for (Index j = 0; j < kernel; j += w.step) {
        const T* const from = x + i * w.size + left + j;
        const auto tap = static_cast<Place>((i - axes.h.begin[r]) * w.size + j);
        for (Index q = 0; q < n; ++q) {
          const T value = from[q * kStride];
          const bool better = value > largest[q] || value != value;
          largest[q] = better ? value : largest[q];
          best[q] = better ? tap : best[q];
        }
      }
    }
    for (Index q = 0; q < n; ++q) {
      y[first + q] = largest[q];
      index[first + q] = top + q * kStride + best[q];
    }
  }
}

// The plain twin, for windows of any kind.
template <class T>
void max_row(const PoolAxes& axes, std::size_t r, const T* x, T* y, std::int64_t* index) {
  const PoolAxis& h = axes.h;
  const PoolAxis& w = axes.w;
  for (std::size_t q = 0; q < w.begin.size(); ++q) {
    Index best = h.begin[r] * w.size + w.begin[q];
    T largest = x[best];
    for (Index i = h.begin[r]; i < h.end[r]; i += h.step) {
      for (Index j = w.begin[q]; j < w.end[q]; j += w.step) {
        const Index at = i * w.size + j;
        const bool better = x[at] > largest || x[at] != x[at];
        largest = better ? x[at] : largest;
        best = better ? at : best;
      }
    }
    y[q] = largest;
    index[q] = best;
  }
}

// The distance of windows along rows where it is 1 or 2 and each is whole; otherwise 0.
inline int whole_stride(const PoolAxis& w) {
  if (w.places() < 2 || w.begin[1] - w.begin[0] > 2) {
    return 0;
  }
  const Index stride = w.begin[1] - w.begin[0];
  const Index length = w.end[0] - w.begin[0];
  for (std::size_t q = 1; q < w.begin.size(); ++q) {
    if (w.begin[q] - w.begin[q - 1] != stride || w.end[q] - w.begin[q] != length) {
      return 0;
    }
  }
  return static_cast<int>(stride);
}

// One image.
template <class T>
void max_rows(const PoolAxes& axes, int stride, const T* x, T* y, std::int64_t* index) {
  const Index columns = axes.w.places();
  const auto for_rows = [&](auto row_of) __attribute__((always_inline)) {
    for (Index r = 0; r < axes.h.places(); ++r) {
      row_of(axes, static_cast<std::size_t>(r), x, y + r * columns, index + r * columns);
    }
  };
  if (stride == 0) {
    return for_rows(max_row<T>);
  }
  vectorized([&]() __attribute__((always_inline)) {
    if (stride == 2) {
      for_rows([](const PoolAxes& a, auto... rest)
                   __attribute__((always_inline)) { max_row_of<2>(a, rest...); });
    } else {
      for_rows([](const PoolAxes& a, auto... rest)
                   __attribute__((always_inline)) { max_row_of<1>(a, rest...); });
    }
  });
}

}  // namespace gradus::core
