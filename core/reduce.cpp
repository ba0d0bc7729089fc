#include <gradus/core/blas.h>
#include <gradus/core/lane_sum.h>
#include <gradus/core/parallel.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace gradus::core {
namespace {

// Integers are summed without a sign, where overflow is defined: it wraps.
template <class T>
using Total = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

// What is summed of each element.
struct Itself {
  template <class S>
  [[gnu::always_inline]] S operator()(S x) const {
    return x;
  }
};
struct Square {
  template <class S>
  [[gnu::always_inline]] S operator()(S x) const {
    return x * x;
  }
};

template <class T, class F = Itself>
Total<T> sum_run(const T* x, Index n, F f = {}) {
  Total<T> sum;
  vectorized([&]() __attribute__((always_inline)) {
    sum = lane_sum(
        n, [&](Index i) __attribute__((always_inline)) { return f(Total<T>(x[i])); });
  });
  return sum;
}

constexpr Index kPiece = 32768;

// x: [rows, n] dense; to: [rows], each a sum over `count`
template <class T, class F, class To>
void sum_rows(const T* x, Index rows, Index n, F f, Total<T> count, To* to) {
  if (rows == 1 && n > 2 * kPiece) {
    const Index pieces = (n + kPiece - 1) / kPiece;
    std::vector<Total<T>> sums(static_cast<std::size_t>(pieces));
    parallel_for(pieces, [&](Index piece) {
      sums[static_cast<std::size_t>(piece)] =
          sum_run(x + piece * kPiece, std::min(kPiece, n - piece * kPiece), f);
    });
    *to = static_cast<To>(sum_run(sums.data(), pieces) / count);
    return;
  }
  const Index group = std::max<Index>(kPiece / std::max<Index>(n, 1), 1);
  parallel_for((rows + group - 1) / group, [&](Index piece) {
    for (Index row = piece * group; row < std::min(rows, (piece + 1) * group); ++row) {
      to[row] = static_cast<To>(sum_run(x + row * n, n, f) / count);
    }
  });
}

// x: [rows, n] dense; to: [n].  Down the columns, a band of them at a time.
template <class T, class F, class To>
void sum_columns(const T* x, Index rows, Index n, F f, Total<T> count, To* to) {
  constexpr Index kBand = 256;
  parallel_for((n + kBand - 1) / kBand, [&](Index band) {
    const Index first = band * kBand;
    const Index width = std::min(kBand, n - first);
    Total<T> sums[kBand] = {};
    vectorized([&]() __attribute__((always_inline)) {
      for (Index row = 0; row < rows; ++row) {
        const T* from = x + row * n + first;
        for (Index j = 0; j < width; ++j) {
          sums[j] += f(Total<T>(from[j]));
        }
      }
    });
    for (Index j = 0; j < width; ++j) {
      to[first + j] = static_cast<To>(sums[j] / count);
    }
  });
}

unsigned dims_mask(const char* where, const Tensor& x, const std::vector<Index>& dims) {
  if (dims.empty()) {
    return (1U << x.rank()) - 1;
  }
  unsigned mask = 0;
  for (const Index dim : dims) {
    const unsigned bit = 1U << wrap_dim(where, dim, x.rank());
    require(!(mask & bit), where, ": dims must differ, got ", dim, " twice");
    mask |= bit;
  }
  return mask;
}

Shape masked_shape(const Shape& shape, unsigned mask, bool keepdim) {
  Shape result;
  for (int d = 0; d < shape.rank(); ++d) {
    const bool reduced = mask >> d & 1U;
    if (!reduced || keepdim) {
      result.push_back(reduced ? 1 : shape[d]);
    }
  }
  return result;
}

// The sum of f(element) over the dimensions of `mask`, or their mean.
template <class F>
Tensor reduce_masked(const Tensor& x, unsigned mask, bool keepdim, F f, bool mean) {
  std::vector<Index> order;  // the kept dimensions, then the summed ones
  Index kept = 1;
  bool leading = true;  // the summed dimensions come first
  for (int d = 0; d < x.rank(); ++d) {
    const bool summed = mask >> d & 1U;
    if (!summed) {
      order.push_back(d);
      kept *= x.shape()[d];
    }
    leading &= !summed || order.empty();
  }
  for (int d = 0; d < x.rank(); ++d) {
    if (mask >> d & 1U) {
      order.push_back(d);
    }
  }
  Tensor result(masked_shape(x.shape(), mask, keepdim), is_floating(x.dtype()) ? x.dtype() : i64);
  const Index summed = kept > 0 ? x.numel() / kept : 0;
  visit_any(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    using To = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
    To* to = result.mutable_data<To>();
    const auto count = static_cast<Total<T>>(mean ? summed : 1);
    if (leading && kept > 1) {
      const Tensor dense = x.dense();
      sum_columns(dense.data<T>(), summed, kept, f, count, to);
    } else {
      const Tensor dense = permute(x, order).dense();
      sum_rows(dense.data<T>(), kept, summed, f, count, to);
    }
  });
  return result;
}

Tensor sum_masked(const Tensor& x, unsigned mask, bool keepdim) {
  return reduce_masked(x, mask, keepdim, Itself(), false);
}

void require_floating(const char* where, const Tensor& x) {
  require<DtypeError>(is_floating(x.dtype()), where, ": tensor must be f32 or f64, got ",
                      x.dtype());
}

}  // namespace

Shape reduced_shape(const char* where, const Tensor& x, const std::vector<Index>& dims,
                    bool keepdim) {
  return masked_shape(x.shape(), dims_mask(where, x, dims), keepdim);
}

Tensor sum(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  return sum_masked(x, dims_mask("sum", x, dims), keepdim);
}

Tensor mean(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  require_floating("mean", x);
  return reduce_masked(x, dims_mask("mean", x, dims), keepdim, Itself(), true);
}

Tensor mean_square(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  require_floating("mean_square", x);
  return reduce_masked(x, dims_mask("mean_square", x, dims), keepdim, Square(), true);
}

// The norm of the norms of pieces.
double norm(const Tensor& x) {
  require_floating("norm", x);
  const Tensor dense = x.dense();
  const Index n = x.numel();
  std::vector<double> norms(static_cast<std::size_t>((n + kPiece - 1) / kPiece));
  visit_floating("norm", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    parallel_for(static_cast<Index>(norms.size()), [&](Index piece) {
      const Index first = piece * kPiece;
      norms[static_cast<std::size_t>(piece)] =
          blas::nrm2<T>(std::min(kPiece, n - first), from + first);
    });
  });
  return norms.size() == 1 ? norms[0] : blas::nrm2(static_cast<Index>(norms.size()), norms.data());
}

double rms(const Tensor& x) {
  return x.numel() == 0 ? 0 : norm(x) / std::sqrt(static_cast<double>(x.numel()));
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) {
    return x;
  }
  require<ShapeError>(broadcasts_to(shape, x.shape()), "sum_to: ", shape, " must broadcast to ",
                      x.shape());
  const int lead = x.rank() - shape.rank();
  unsigned mask = 0;
  for (int d = 0; d < x.rank(); ++d) {
    const bool stretched = d < lead || (shape[d - lead] == 1 && x.shape()[d] != 1);
    mask |= stretched ? 1U << d : 0U;
  }
  return reshape(sum_masked(x, mask, true), shape);
}

}  // namespace gradus::core
