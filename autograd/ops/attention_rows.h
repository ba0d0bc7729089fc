#pragma once
// Rows of attention weights, and of their gradient.
#include <gradus/autograd/ops/attention.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/lane_sum.h>
#include <gradus/core/view.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus {

/// Which keys each query may look at.
class VisibleKeys {
 public:
  /// scores: [..., queries, keys].  Throws DtypeError or ShapeError, naming `where`.
  VisibleKeys(const char* where, const Shape& scores, const AttentionOptions& options)
      : queries_(scores[scores.rank() - 2]),
        keys_(scores[scores.rank() - 1]),
        causal_(options.causal) {
    if (options.mask) {
      require<DtypeError>(options.mask.dtype() == u8, where,
                          ": mask must be u8, 1 where a query may look, got ",
                          options.mask.dtype());
      require<ShapeError>(broadcasts_to(options.mask.shape(), scores), where,
                          ": mask must broadcast to scores ", scores, ", got ",
                          options.mask.shape());
      mask_ = core::expand(options.mask, scores);
    }
  }

  /// p <- softmax(scale s) of one row of all, which may be in the same place.
  template <class T>
  void softmax(Index row, const T* s, double scale, T* p) const {
    const Index n = causal_ ? std::min(keys_, row % queries_ + 1) : keys_;
    softmax_of(s, n, scale, mask_ ? mask_.data<std::uint8_t>() + mask_row(row) : nullptr, p);
    std::fill(p + n, p + keys_, T(0));
  }

 private:
  // Where a row of the mask, stretched to the scores' shape, begins.
  Index mask_row(Index row) const {
    Index place = 0;
    for (int d = mask_.rank() - 2; d >= 0; --d) {
      place += row % mask_.shape()[d] * mask_.strides()[d];
      row /= mask_.shape()[d];
    }
    return place;
  }

  // Of the first n numbers where `allowed`, null for all, is not 0.
  template <class T>
  void softmax_of(const T* s, Index n, double scale, const std::uint8_t* allowed, T* p) const {
    const Index step = allowed ? mask_.strides()[mask_.rank() - 1] : 0;
    T largest = -std::numeric_limits<T>::infinity();
    bool any = !allowed && n > 0;
    if (any) {
      largest = core::largest_of(s, n);
    }
    for (Index j = 0; j < n && allowed; ++j) {
      if (allowed[j * step] != 0) {
        largest = any ? std::max(largest, s[j]) : s[j];
        any = true;
      }
    }
    if (!any || largest == -std::numeric_limits<T>::infinity()) {
      bool has_nan = false;  // which is neither above nor below -infinity
      for (Index j = 0; j < n; ++j) {
        has_nan |= (!allowed || allowed[j * step] != 0) && std::isnan(s[j]);
      }
      std::fill(p, p + n, has_nan ? std::numeric_limits<T>::quiet_NaN() : T(0));
      return;
    }
    core::run_elements<T>(
        n, [scale, m = double(largest)](auto& out, const auto& a) { out = exp(scale * (a - m)); },
        p, s);
    for (Index j = 0; j < n && allowed; ++j) {
      p[j] = allowed[j * step] != 0 ? p[j] : T(0);
    }
    core::divide_all(p, n, T(core::sum_of(p, n)));
  }

  Index queries_, keys_;
  bool causal_;
  Tensor mask_;
};

/// ds = scale p (dp - sum p dp) for a row of n numbers; ds may be dp.
template <class T>
void weights_derivative(const T* p, const T* dp, Index n, double scale, T* ds) {
  const T mean = T(core::sum_of_products(p, dp, n));
  core::vectorized([&]() __attribute__((always_inline)) {
    for (Index j = 0; j < n; ++j) {
      ds[j] = T(scale) * p[j] * (dp[j] - mean);
    }
  });
}

}  // namespace gradus
