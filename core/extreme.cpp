// The largest and smallest elements of core/reduce.h, and their places.
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>

namespace gradus::core {
namespace {

struct Larger {
  template <class T>
  bool operator()(T a, T b) const {
    return a > b;
  }
};
struct Smaller {
  template <class T>
  bool operator()(T a, T b) const {
    return a < b;
  }
};

struct Found {
  Tensor values;
  Tensor places;
};

// The best element along `dim`, the first of equals; a NaN is best.
template <class Better>
Found find(const char* where, const Tensor& x, Index dim, bool keepdim, Better better) {
  require<ShapeError>(x.rank() > 0, where, ": tensor must have a dimension, got shape []");
  const int d = wrap_dim(where, dim, x.rank());
  const Index n = x.shape()[d];
  require(n > 0, where, ": dimension ", d, " must not be empty, got shape ", x.shape());
  Shape shape = x.shape();
  std::vector<Index> order;  // `dim` last
  for (int k = 0; k < x.rank(); ++k) {
    if (k != d) {
      order.push_back(k);
    }
  }
  order.push_back(d);
  if (keepdim) {
    shape[d] = 1;
  } else {
    shape.erase(d);
  }
  Found found{Tensor(shape, x.dtype()), Tensor(shape, i64)};
  auto* places = found.places.mutable_data<std::int64_t>();
  const Tensor dense = permute(x, order).dense();
  visit_any(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* values = found.values.mutable_data<T>();
    for (Index row = 0; row < x.numel() / n; ++row) {
      const T* at = from + row * n;
      Index best = 0;
      for (Index i = 1; i < n && at[best] == at[best]; ++i) {
        best = better(at[i], at[best]) || at[i] != at[i] ? i : best;
      }
      values[row] = at[best];
      places[row] = best;
    }
  });
  return found;
}

}  // namespace

Tensor max(const Tensor& x, Index dim, bool keepdim) {
  return find("max", x, dim, keepdim, Larger()).values;
}
Tensor min(const Tensor& x, Index dim, bool keepdim) {
  return find("min", x, dim, keepdim, Smaller()).values;
}
Tensor argmax(const Tensor& x, Index dim, bool keepdim) {
  return find("argmax", x, dim, keepdim, Larger()).places;
}
Tensor argmin(const Tensor& x, Index dim, bool keepdim) {
  return find("argmin", x, dim, keepdim, Smaller()).places;
}

}  // namespace gradus::core
