#pragma once
// Pooling of small images by windows that are two numbers wide and cover their rows, such as the
// usual ones of 2 x 2: the fast path of core/pool.cpp, whose loops for windows of any kind are the
// plain twin.
//
// Pairs along a row follow each other without a gap from row to row too, so their loops run over a
// whole image, where rows of twelve windows leave vector instructions half empty.
//
// Limit: memory.  docs/performance.md has what was gained.
#include <gradus/core/pool.h>
#include <gradus/core/scratch.h>
#include <gradus/core/vectorized.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>

namespace gradus::core {

/// Whether the windows are such: each number of a row is seen by one, and images stay in the
/// nearest cache.
inline bool sees_pairs(const PoolAxes& axes) {
  constexpr Index kMostNumbers = 4096;
  const PoolAxis& w = axes.w;
  for (std::size_t q = 0; q < w.begin.size(); ++q) {
    const auto left = static_cast<Index>(2 * q);
    if (w.begin[q] != left || w.end[q] != left + 2 || w.divisor[q] != 2) {
      return false;
    }
  }
  return w.step == 1 && w.size == 2 * w.places() && axes.h.size * w.size <= kMostNumbers;
}

/// Whether all windows count as many places in a mean.
inline bool counts_equally(const PoolAxis& h) {
  return std::equal(h.divisor.begin() + 1, h.divisor.end(), h.divisor.begin());
}

/// Whether each number is seen by one window.
inline bool covers_once(const PoolAxis& h) {
  return h.step == 1 && h.begin.front() == 0 && h.end.back() == h.size &&
         std::equal(h.begin.begin() + 1, h.begin.end(), h.end.begin());
}

/// Max pooling of images, with working memory for one of them.
template <class T>
class MaxPairs {
 public:
  explicit MaxPairs(const PoolAxes& axes)
      : axes_(axes),
        pairs_(axes.h.size * axes.w.places()),
        windows_(axes.h.places() * axes.w.places()),
        larger_(pairs_ + kBlock),
        side_(pairs_ + kBlock),
        largest_(windows_ + kBlock),
        place_(windows_ + kBlock),
        corner_(windows_) {
    std::fill_n(larger_.data() + pairs_, kBlock, T(0));
    std::fill_n(side_.data() + pairs_, kBlock, Place(0));
    for (Index p = 0; p < windows_; ++p) {
      const auto row = static_cast<std::size_t>(p / axes.w.places());
      corner_.data()[p] = axes.h.begin[row] * axes.w.size + p % axes.w.places() * 2;
    }
  }

  /// One image: y and index of max_pool().
  void operator()(const T* x, T* y, std::int64_t* index) const {
    vectorized([&]() __attribute__((always_inline)) {
      compare_pairs(x);
      for (Index row = 0; row < axes_.h.places(); ++row) {
        compare_rows(row);
      }
      put(corner_.data(), place_.data(), windows_, index);
      std::copy_n(largest_.data(), windows_, y);
    });
  }

 private:
  using Place = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

  // `restrict`: index is none of the sizes that axes_ holds, which would be read again each time.
  [[gnu::always_inline]] static void put(const std::int64_t* corner, const Place* place, Index n,
                                         std::int64_t* __restrict index) {
    for (Index p = 0; p < n; ++p) {
      index[p] = corner[p] + place[p];
    }
  }

  // Windows of a row are taken so many at a time, the last ones with some of the next row, which
  // comes afterwards.
  static constexpr Index kBlock = 16;

  // The larger number of each pair, and whether it is the right one.
  [[gnu::always_inline]] void compare_pairs(const T* x) const {
    T* const larger = larger_.data();
    Place* const side = side_.data();
    for (Index p = 0; p < pairs_; ++p) {
      const T left = x[2 * p];
      const T right = x[2 * p + 1];
      const bool better = right > left || right != right;
      larger[p] = better ? right : left;
      side[p] = better ? 1 : 0;
    }
  }

  // The largest of the pairs below each other, and where it is from the window's corner on.
  [[gnu::always_inline]] void compare_rows(Index row) const {
    const Index columns = axes_.w.places();
    const auto r = static_cast<std::size_t>(row);
    for (Index column = 0; column < columns; column += kBlock) {
      T largest[kBlock];
      Place place[kBlock] = {};
      for (Index i = axes_.h.begin[r]; i < axes_.h.end[r]; i += axes_.h.step) {
        const T* const larger = larger_.data() + i * columns + column;
        const Place* const side = side_.data() + i * columns + column;
        const bool first = i == axes_.h.begin[r];
        const auto below = static_cast<Place>((i - axes_.h.begin[r]) * axes_.w.size);
        for (Index q = 0; q < kBlock; ++q) {
          const T value = larger[q];
          const bool better = first || value > largest[q] || value != value;
          largest[q] = better ? value : largest[q];
          place[q] = better ? below + side[q] : place[q];
        }
      }
      std::copy_n(largest, kBlock, largest_.data() + row * columns + column);
      std::copy_n(place, kBlock, place_.data() + row * columns + column);
    }
  }

  const PoolAxes& axes_;
  Index pairs_;
  Index windows_;
  Scratch<T> larger_;
  Scratch<Place> side_;
  Scratch<T> largest_;
  Scratch<Place> place_;
  Scratch<std::int64_t> corner_;
};

/// Means of windows that count as many places, with working memory for an image.
template <class T>
class MeanPairs {
 public:
  explicit MeanPairs(const PoolAxes& axes)
      : axes_(axes),
        pairs_(axes.h.places() * axes.w.places()),
        divisor_(axes.h.divisor[0] * 2),
        is_power_of_two_(std::has_single_bit(static_cast<std::uint64_t>(divisor_))),
        sums_(2 * pairs_),
        shares_(3 * pairs_) {}

  /// One image: y of avg_pool().
  void operator()(const T* x, T* y) const {
    const Index width = axes_.w.size;
    double* const sums = sums_.data();
    vectorized([&]() __attribute__((always_inline)) {
      for (std::size_t r = 0; r < axes_.h.begin.size(); ++r) {
        add_rows(x + axes_.h.begin[r] * width, axes_.h.end[r] - axes_.h.begin[r],
                 sums + Index(r) * width);
      }
      const double* const all = sums;
      divide(
          [&](Index p) __attribute__((always_inline)) { return all[2 * p] + all[2 * p + 1]; }, y);
    });
  }

  /// One image: dx of avg_pool_input(), where covers_once(axes.h).
  void spread(const T* dy, T* dx) const {
    const Index width = axes_.w.size;
    T* const shares = shares_.data();
    T* const lines = shares + pairs_;
    vectorized([&]() __attribute__((always_inline)) {
      divide(
          [&](Index p) __attribute__((always_inline)) { return dy[p]; }, shares);
      for (Index p = 0; p < pairs_; ++p) {
        lines[2 * p] = shares[p];
        lines[2 * p + 1] = shares[p];
      }
      for (std::size_t r = 0; r < axes_.h.begin.size(); ++r) {
        const T* const line = lines + Index(r) * width;
        for (Index i = axes_.h.begin[r]; i < axes_.h.end[r]; ++i) {
          T* const to = dx + i * width;
          for_columns(
              width, [&](Index j, Index count)
                         __attribute__((always_inline)) { std::copy_n(line + j, count, to + j); });
        }
      }
    });
  }

 private:
  // f(first, count) for columns in blocks of eight, some of the last ones twice.
  template <class F>
  [[gnu::always_inline]] static void for_columns(Index width, F f) {
    constexpr Index kBlock = 8;
    if (width < kBlock) {
      return f(0, width);
    }
    for (Index first = 0; first + kBlock <= width; first += kBlock) {
      f(first, kBlock);
    }
    f(width - kBlock, kBlock);
  }

  // sums[j] <- x[0, j] + x[1, j] + ...
  [[gnu::always_inline]] void add_rows(const T* x, Index rows, double* sums) const {
    const Index width = axes_.w.size;
    if (rows == 2) {
      const T* const below = x + width;
      return for_columns(
          width, [&](Index first, Index count) __attribute__((always_inline)) {
            for (Index j = first; j < first + count; ++j) {
              sums[j] = 0 + double(x[j]) + double(below[j]);
            }
          });
    }
    std::fill_n(sums, width, 0.0);
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < width; ++j) {
        sums[j] += double(x[i * width + j]);
      }
    }
  }

  // y[p] <- of(p) / divisor for all windows.  By a power of two a product gives the same bits, in T
  // too.
  template <class F>
  [[gnu::always_inline]] void divide(const F& of, T* y) const {
    using Number = decltype(of(0));
    if (is_power_of_two_) {
      const auto inverse = static_cast<Number>(1 / divisor_);
      for (Index p = 0; p < pairs_; ++p) {
        y[p] = T(of(p) * inverse);
      }
    } else {
      for (Index p = 0; p < pairs_; ++p) {
        y[p] = T(double(of(p)) / divisor_);
      }
    }
  }

  const PoolAxes& axes_;
  Index pairs_;
  double divisor_;
  bool is_power_of_two_;
  Scratch<double> sums_;
  Scratch<T> shares_;
};

}  // namespace gradus::core
