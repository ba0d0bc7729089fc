#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/lanes.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <numeric>

namespace gradus {
namespace {

void require_floating(const char* where, const Tensor& x) {
  visit_floating(where, x.dtype(), [](auto) {});
}

// x as [outer, n, inner], with `dims` (all if empty) as its second dimension: in place where they
// lie side by side.
Tensor lanes_of(const char* where, const Tensor& x, const std::vector<Index>& dims) {
  const Shape kept = core::reduced_shape(where, x, dims, false);
  unsigned reduced = dims.empty() ? (1U << x.rank()) - 1 : 0;
  for (const Index dim : dims) {
    reduced |= 1U << wrap_dim(where, dim, x.rank());
  }
  const Index n = count(kept) == 0 ? 0 : x.numel() / count(kept);
  const int first = reduced == 0 ? x.rank() : std::countr_zero(reduced);
  const int end = static_cast<int>(std::bit_width(reduced));
  if (reduced != 0 && end - first != std::popcount(reduced)) {
    std::vector<Index> order;
    for (const unsigned turn : {0U, 1U}) {
      for (int d = 0; d < x.rank(); ++d) {
        if ((reduced >> d & 1U) == turn) {
          order.push_back(d);
        }
      }
    }
    return reshape(permute(x, order), {count(kept), n, 1});
  }
  Shape lanes = {1, n, 1};
  for (int d = 0; d < x.rank(); ++d) {
    if ((reduced >> d & 1U) == 0) {
      lanes[d < first ? 0 : 2] *= x.shape()[d];
    }
  }
  return reshape(x, lanes);
}

// One extreme element over `dims`: core::largest or core::smallest.
Tensor extreme(const char* where, const Tensor& x, const std::vector<Index>& dims, bool keepdim,
               decltype(core::largest) find) {
  const Shape shape = core::reduced_shape(where, x, dims, keepdim);
  const Shape stretch = core::reduced_shape(where, x, dims, true);
  require(x.numel() > 0 || count(shape) == 0, where, ": there must be an element, got shape ",
          x.shape());
  const Tensor lanes = lanes_of(where, x.detach(), dims);
  const Tensor y = lanes.numel() == 0 ? empty(shape, x.dtype())
                                      : core::reshape(find(where, lanes, 1, false).values, shape);
  return record(y, where, {x}, [x = Saved(x), y = Saved(y), stretch](const Tensor& dy, Grads& dx) {
    // Which elements it is: constants.
    const Tensor hits = convert(eq((*x).detach(), core::reshape(*y, stretch)), dy.dtype());
    const Tensor share = hits / core::sum_to(hits, stretch);
    dx[0] = share * reshape(dy, stretch);
  });
}

Extremes along(const char* where, const Tensor& x, Index dim, bool keepdim,
               decltype(core::largest) find) {
  const Tensor places = find(where, x, dim, true).places;
  const int d = wrap_dim(where, dim, x.rank());
  const Tensor values = gather(x, d, places);
  return keepdim ? Extremes{values, places}
                 : Extremes{squeeze(values, d), core::squeeze(places, d)};
}

// The product of the others for each of n numbers: of those before it and of those after it, so
// that zeros do no harm.
template <class Numbers>
void products_of_others(Index n, const Numbers& x, Numbers& y) {
  if (n == 0) {
    return;
  }
  auto left = y[0];
  for (Index i = 1; i < n; ++i) {
    left = left * x[static_cast<std::size_t>(i - 1)];
    y[static_cast<std::size_t>(i)] = left;
  }
  auto right = x[static_cast<std::size_t>(n - 1)];
  for (Index i = n - 1; i-- > 0;) {
    y[static_cast<std::size_t>(i)] = y[static_cast<std::size_t>(i)] * right;
    right = right * x[static_cast<std::size_t>(i)];
  }
}

// The same along the middle dimension of [outer, n, inner].
Tensor others_of_lanes(const Tensor& lanes) {
  const Index n = lanes.size(1);
  if (is_recording()) {  // the plain twin: the same in recorded operations
    std::vector<Tensor> x;
    std::vector<Tensor> y;
    for (Index i = 0; i < n; ++i) {
      x.push_back(select(lanes, 1, i));
      y.push_back(ones_like(x.back()));
    }
    products_of_others(n, x, y);
    return n == 0 ? lanes : stack(y, 1);
  }
  const Tensor dense = lanes.dense();
  Tensor result = empty_like(dense);
  visit_floating("prod", lanes.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto others = [n](Index, const T* from, T* to) {
      const std::vector<double> x(from, from + n);
      std::vector<double> y(x.size(), 1.0);
      products_of_others(n, x, y);
      std::transform(y.begin(), y.end(), to, [](double value) { return T(value); });
    };
    core::for_lanes(lanes.size(0), lanes.size(2), others, core::Lanes<const T>{dense.data<T>(), n},
                    core::Lanes<T>{result.mutable_data<T>(), n});
  });
  return result;
}

// The product along the middle dimension of [outer, n, inner]: [outer, inner].
Tensor prod_lanes(const Tensor& lanes) {
  Tensor y({lanes.size(0), lanes.size(2)}, lanes.dtype());
  const Index n = lanes.size(1);
  const Tensor dense = lanes.dense();
  visit_floating("prod", lanes.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto multiply = [n](Index, const T* from, T* to) {
      *to = T(std::accumulate(from, from + n, 1.0, std::multiplies<double>()));
    };
    core::for_lanes(lanes.size(0), lanes.size(2), multiply,
                    core::Lanes<const T>{dense.data<T>(), n},
                    core::Lanes<T>{y.mutable_data<T>(), 1});
  });
  return record(y, "prod", {lanes}, [lanes = Saved(lanes)](const Tensor& dy, Grads& dx) {
    dx[0] = others_of_lanes(*lanes) * unsqueeze(dy, 1);  // dx = dy times all others
  });
}

Tensor variance(const char* where, const Tensor& x, const std::vector<Index>& dims,
                const VarianceOptions& o) {
  require_floating(where, x);
  require(o.correction >= 0, where, ": correction must be at least 0, got ", o.correction);
  const Index kept = count(core::reduced_shape(where, x, dims, false));
  const double n = kept == 0 ? 0 : double(x.numel()) / double(kept);
  const Tensor d = x - mean(x, dims, true);
  const double divisor = n - o.correction;
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  return sum(d * d, dims, o.keepdim) * (divisor > 0 ? 1 / divisor : kNan);
}

}  // namespace

Tensor var(const Tensor& x, const std::vector<Index>& dims, const VarianceOptions& o) {
  return variance("var", x, dims, o);
}

Tensor stddev(const Tensor& x, const std::vector<Index>& dims, const VarianceOptions& o) {
  return map_from_output(
      "stddev", variance("stddev", x, dims, o), [](auto v) { return sqrt(v); },
      [](auto y, auto dy) {  // d sqrt v = 1 / (2 sqrt v)
        using T = decltype(y);
        return where(y == T(0.0), T(0.0), dy / (2.0 * y));
      });
}

Tensor prod(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  require_floating("prod", x);
  return reshape(prod_lanes(lanes_of("prod", x, dims)),
                 core::reduced_shape("prod", x, dims, keepdim));
}

Tensor logsumexp(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  require_floating("logsumexp", x);
  const Shape shape = core::reduced_shape("logsumexp", x, dims, keepdim);
  if (x.numel() == 0) {
    return log(sum(exp(x), dims, keepdim));
  }
  // Of the largest element nothing but its size matters: a constant.
  const Tensor largest = amax(x.detach(), dims, true);
  const Tensor shift = where(isfinite(largest), largest, 0.0);
  return log(sum(exp(x - shift), dims, keepdim)) + core::reshape(shift, shape);
}

Tensor amax(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  return extreme("amax", x, dims, keepdim, core::largest);
}
Tensor amin(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  return extreme("amin", x, dims, keepdim, core::smallest);
}

Extremes max(const Tensor& x, Index dim, bool keepdim) {
  return along("max", x, dim, keepdim, core::largest);
}
Extremes min(const Tensor& x, Index dim, bool keepdim) {
  return along("min", x, dim, keepdim, core::smallest);
}
Tensor argmax(const Tensor& x, Index dim, bool keepdim) { return core::argmax(x, dim, keepdim); }
Tensor argmin(const Tensor& x, Index dim, bool keepdim) { return core::argmin(x, dim, keepdim); }

Tensor max(const Tensor& x) { return extreme("max", x, {}, false, core::largest); }
Tensor min(const Tensor& x) { return extreme("min", x, {}, false, core::smallest); }
Tensor argmax(const Tensor& x) { return core::argmax(x); }
Tensor argmin(const Tensor& x) { return core::argmin(x); }

}  // namespace gradus
