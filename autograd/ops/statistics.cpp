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
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>

#include <algorithm>
#include <limits>

namespace gradus {
namespace {

void require_floating(const char* where, const Tensor& x) {
  visit_floating(where, x.dtype(), [](auto) {});
}

// x with the kept dimensions first and the others as one, the last.
Tensor rows_of(const char* where, const Tensor& x, const std::vector<Index>& dims) {
  const Shape kept = core::reduced_shape(where, x, dims, false);
  unsigned reduced = dims.empty() ? (1U << x.rank()) - 1 : 0;
  for (const Index dim : dims) {
    reduced |= 1U << wrap_dim(where, dim, x.rank());
  }
  std::vector<Index> order;
  for (const unsigned turn : {0U, 1U}) {
    for (int d = 0; d < x.rank(); ++d) {
      if ((reduced >> d & 1U) == turn) {
        order.push_back(d);
      }
    }
  }
  Shape shape = kept;
  shape.push_back(count(kept) == 0 ? 0 : x.numel() / count(kept));
  return reshape(permute(x, order), shape);
}

// The extreme of the last dimension for i64 and u8.
template <class F>
Tensor of_whole_rows(const Tensor& rows, F better) {
  const Tensor dense = rows.dense();
  const Index n = rows.size(-1);
  Shape shape = rows.shape();
  shape.erase(rows.rank() - 1);
  const Tensor y(shape, rows.dtype());
  visit_any(rows.dtype(), [&](auto zero) {
    const auto* from = dense.data<decltype(zero)>();
    auto* to = y.mutable_data<decltype(zero)>();
    for (Index row = 0; row < y.numel(); ++row) {
      to[row] = *better(from + row * n, from + (row + 1) * n);
    }
  });
  return y;
}

// One extreme element over `dims`: `along` finds it in the last dimension.
template <class F>
Tensor extreme(const char* where, const Tensor& x, const std::vector<Index>& dims, bool keepdim,
               F along) {
  const Shape shape = core::reduced_shape(where, x, dims, keepdim);
  const Shape stretch = core::reduced_shape(where, x, dims, true);
  require(x.numel() > 0 || count(shape) == 0, where, ": there must be an element, got shape ",
          x.shape());
  const Tensor rows = rows_of(where, x.detach(), dims);
  const Tensor y = core::reshape(rows.numel() == 0 ? empty(shape, x.dtype()) : along(rows), shape);
  return record(y, where, {x}, [x = Saved(x), y = Saved(y), stretch](const Tensor& dy, Grads& dx) {
    // Which elements it is: constants.
    const Tensor hits = convert(eq((*x).detach(), core::reshape(*y, stretch)), dy.dtype());
    const Tensor share = hits / core::sum_to(hits, stretch);
    dx[0] = share * reshape(dy, stretch);
  });
}

Extremes at(const char* where, const Tensor& x, Index dim, bool keepdim, const Tensor& places) {
  require_floating(where, x);
  const int d = wrap_dim(where, dim, x.rank());
  const Tensor values = gather(x, d, places);
  return keepdim ? Extremes{values, places}
                 : Extremes{squeeze(values, d), core::squeeze(places, d)};
}

// The product of the others for each element of the last dimension: of those before it and of
// those after it, so that zeros do no harm.
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

Tensor others_of_rows(const Tensor& rows) {
  const Index n = rows.size(-1);
  if (is_recording()) {  // the plain twin: the same in recorded operations
    std::vector<Tensor> x;
    std::vector<Tensor> y;
    for (Index i = 0; i < n; ++i) {
      x.push_back(select(rows, -1, i));
      y.push_back(ones_like(x.back()));
    }
    products_of_others(n, x, y);
    return n == 0 ? rows : stack(y, -1);
  }
  const Tensor dense = rows.dense();
  Tensor result = empty_like(dense);
  visit_floating("prod", rows.dtype(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<double> x(static_cast<std::size_t>(n));
    std::vector<double> y(static_cast<std::size_t>(n));
    for (Index row = 0; n > 0 && row < rows.numel() / n; ++row) {
      std::copy_n(dense.data<T>() + row * n, n, x.begin());
      std::fill(y.begin(), y.end(), 1.0);
      products_of_others(n, x, y);
      for (Index i = 0; i < n; ++i) {
        result.mutable_data<T>()[row * n + i] = T(y[static_cast<std::size_t>(i)]);
      }
    }
  });
  return result;
}

// The product along the last dimension.
Tensor prod_rows(const Tensor& rows) {
  Shape shape = rows.shape();
  shape.erase(shape.rank() - 1);
  Tensor y(shape, rows.dtype());
  const Index n = rows.size(-1);
  const Tensor dense = rows.dense();
  visit_floating("prod", rows.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* to = y.mutable_data<T>();
    for (Index row = 0; row < y.numel(); ++row) {
      double product = 1;
      for (Index i = 0; i < n; ++i) {
        product *= double(dense.data<T>()[row * n + i]);
      }
      to[row] = T(product);
    }
  });
  return record(y, "prod", {rows}, [rows = Saved(rows)](const Tensor& dy, Grads& dx) {
    dx[0] = others_of_rows(*rows) * unsqueeze(dy, -1);  // dx = dy times all others
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
  return reshape(prod_rows(rows_of("prod", x, dims)),
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
  return extreme("amax", x, dims, keepdim, [](const Tensor& rows) {
    return is_floating(rows.dtype())
               ? core::max(rows, -1)
               : of_whole_rows(rows, [](auto a, auto b) { return std::max_element(a, b); });
  });
}
Tensor amin(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  return extreme("amin", x, dims, keepdim, [](const Tensor& rows) {
    return is_floating(rows.dtype())
               ? core::min(rows, -1)
               : of_whole_rows(rows, [](auto a, auto b) { return std::min_element(a, b); });
  });
}

Extremes max(const Tensor& x, Index dim, bool keepdim) {
  return at("max", x, dim, keepdim, core::argmax(x, dim, true));
}
Extremes min(const Tensor& x, Index dim, bool keepdim) {
  return at("min", x, dim, keepdim, core::argmin(x, dim, true));
}
Tensor argmax(const Tensor& x, Index dim, bool keepdim) { return core::argmax(x, dim, keepdim); }
Tensor argmin(const Tensor& x, Index dim, bool keepdim) { return core::argmin(x, dim, keepdim); }

}  // namespace gradus
