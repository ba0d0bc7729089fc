// The largest and smallest elements of core/reduce.h, and their places.
#include <gradus/core/lanes.h>
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

// The place of the best of n numbers, the first of equals; a NaN is best.
template <class T, class Better>
Index best_of(const T* at, Index n, Better better) {
  Index best = 0;
  for (Index i = 1; i < n && at[best] == at[best]; ++i) {
    best = better(at[i], at[best]) || at[i] != at[i] ? i : best;
  }
  return best;
}

// The same of a long row, by pieces.
template <class T, class Better>
Index best_of_long(const T* at, Index n, Better better) {
  const Index pieces = std::max<Index>(n / kPieceElements, 1);
  const Scratch<Index> best(pieces);
  parallel_for(pieces, [&](Index piece) {
    const Index first = piece * kPieceElements;
    const Index length = piece + 1 == pieces ? n - first : kPieceElements;
    best.data()[piece] = first + best_of(at + first, length, better);
  });
  const Scratch<T> values(pieces);
  std::transform(best.data(), best.data() + pieces, values.data(), [at](Index i) { return at[i]; });
  return best.data()[best_of(values.data(), pieces, better)];
}

template <class Better>
Extreme find(const char* where, const Tensor& x, Index dim, bool keepdim, Better better) {
  require<ShapeError>(x.rank() > 0, where, ": tensor must have a dimension, got shape []");
  const int d = wrap_dim(where, dim, x.rank());
  const Index n = x.shape()[d];
  require(n > 0, where, ": dimension ", d, " must not be empty, got shape ", x.shape());
  Shape shape = x.shape();
  if (keepdim) {
    shape[d] = 1;
  } else {
    shape.erase(d);
  }
  Extreme found{Tensor(shape, x.dtype()), Tensor(shape, i64)};
  auto* places = found.places.mutable_data<std::int64_t>();
  const Tensor dense = x.dense();
  const Around around(x.shape(), d);
  visit_any(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* values = found.values.mutable_data<T>();
    if (around.outer * around.inner == 1) {
      *places = best_of_long(from, n, better);
      *values = from[*places];
      return;
    }
    const auto along = [n, better](Index, const T* at, T* value, std::int64_t* place) {
      *place = best_of(at, n, better);
      *value = at[*place];
    };
    for_lanes(around.outer, around.inner, along, Lanes<const T>{from, n}, Lanes<T>{values, 1},
              Lanes<std::int64_t>{places, 1});
  });
  return found;
}

Tensor flat(const char* where, const Tensor& x) {
  require(x.numel() > 0, where, ": there must be an element, got shape ", x.shape());
  return reshape(x.detach(), {x.numel()});
}

}  // namespace

Extreme largest(const char* where, const Tensor& x, Index dim, bool keepdim) {
  return find(where, x, dim, keepdim, Larger());
}
Extreme smallest(const char* where, const Tensor& x, Index dim, bool keepdim) {
  return find(where, x, dim, keepdim, Smaller());
}

Tensor max(const Tensor& x, Index dim, bool keepdim) {
  return largest("max", x, dim, keepdim).values;
}
Tensor min(const Tensor& x, Index dim, bool keepdim) {
  return smallest("min", x, dim, keepdim).values;
}
Tensor argmax(const Tensor& x, Index dim, bool keepdim) {
  return largest("argmax", x, dim, keepdim).places;
}
Tensor argmin(const Tensor& x, Index dim, bool keepdim) {
  return smallest("argmin", x, dim, keepdim).places;
}
Tensor argmax(const Tensor& x) { return argmax(flat("argmax", x), 0); }
Tensor argmin(const Tensor& x) { return argmin(flat("argmin", x), 0); }

}  // namespace gradus::core
