#pragma once
// Sums and maxima of a run that vector instructions can take: sixteen of every sixteenth term side
// by side, put together in a fixed order; fewer than sixteen one after the other.  The last terms
// are taken together with some before them, which then count as 0: one by one they would take as
// long as a row of a hundred.  So the bits are the same for every instruction set, in files that
// are compiled with -ffp-contract=off, as the library's are.
//
//   double sum;
//   vectorized([&]() __attribute__((always_inline)) {
//     sum = lane_sum(n, [&](Index i) __attribute__((always_inline)) { return double(x[i]); });
//   });
#include <gradus/core/shape.h>
#include <gradus/core/vectorized.h>

#include <algorithm>
#include <cstring>

namespace gradus::core {

constexpr Index kSumLanes = 16;

/// term(0) + ... + term(n - 1), 0 for n = 0.  Some terms are asked for twice.
template <class F>
[[gnu::always_inline]] inline auto lane_sum(Index n, const F& term) {
  using Sum = decltype(term(n));
  if (n < kSumLanes) {
    Sum sum = {};
    for (Index i = 0; i < n; ++i) {
      sum += term(i);
    }
    return sum;
  }
  Sum lanes[kSumLanes] = {};
  Index i = 0;
  for (; i + kSumLanes <= n; i += kSumLanes) {
    for (Index j = 0; j < kSumLanes; ++j) {
      lanes[j] += term(i + j);
    }
  }
  if (i < n) {
    const Index first = n - kSumLanes;
    Sum last[kSumLanes];  // in steps that GCC turns into vector instructions
    for (Index j = 0; j < kSumLanes; ++j) {
      last[j] = term(first + j);
    }
    for (Index j = 0; j < kSumLanes; ++j) {
      last[j] = j < i - first ? Sum(0) : last[j];
    }
    for (Index j = 0; j < kSumLanes; ++j) {
      lanes[j] += last[j];
    }
  }
  for (Index half = kSumLanes / 2; half > 0; half /= 2) {
    for (Index j = 0; j < half; ++j) {
      lanes[j] += lanes[j + half];
    }
  }
  return lanes[0];
}

/// The largest of n numbers, at least one; any of them where one is NaN.
template <class T>
T largest_of(const T* x, Index n) {
  T largest = x[0];
  if (n < kSumLanes) {
    for (Index i = 1; i < n; ++i) {
      largest = largest < x[i] ? x[i] : largest;
    }
    return largest;
  }
  vectorized([&]() __attribute__((always_inline)) {
    typedef T Lanes __attribute__((vector_size(kSumLanes * sizeof(T))));
    Lanes lanes;
    std::memcpy(&lanes, x, sizeof lanes);
    for (Index i = kSumLanes; i < n; i += kSumLanes) {
      Lanes next;
      std::memcpy(&next, x + std::min(i, n - kSumLanes), sizeof next);
      lanes = lanes < next ? next : lanes;
    }
    T all[kSumLanes];
    std::memcpy(all, &lanes, sizeof all);
    for (Index half = kSumLanes / 2; half > 0; half /= 2) {
      for (Index j = 0; j < half; ++j) {
        all[j] = all[j] < all[j + half] ? all[j + half] : all[j];
      }
    }
    largest = all[0];
  });
  return largest;
}

/// The sum of n numbers in double.
template <class T>
double sum_of(const T* x, Index n) {
  double sum;
  vectorized([&]() __attribute__((always_inline)) {
    sum = lane_sum(
        n, [&](Index i) __attribute__((always_inline)) { return double(x[i]); });
  });
  return sum;
}

/// The sum of n products in double.
template <class T>
double sum_of_products(const T* x, const T* y, Index n) {
  double sum;
  vectorized([&]() __attribute__((always_inline)) {
    sum = lane_sum(
        n, [&](Index i) __attribute__((always_inline)) { return double(x[i]) * double(y[i]); });
  });
  return sum;
}

/// x[i] <- x[i] / divisor
template <class T>
void divide_all(T* x, Index n, T divisor) {
  vectorized([&]() __attribute__((always_inline)) {
    for (Index i = 0; i < n; ++i) {
      x[i] /= divisor;
    }
  });
}

}  // namespace gradus::core
