#include <gradus/core/index.h>
#include <gradus/core/lanes.h>
#include <gradus/core/view.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>

namespace gradus::core {
namespace {

void require_indices(const char* where, const Tensor& indices) {
  require<DtypeError>(indices.dtype() == i64, where, ": indices must be i64, got ",
                      indices.dtype());
}

// `indices`, dense, all of them in [0, size).
Tensor checked(const char* where, const Tensor& indices, Index size, const Shape& shape) {
  const Tensor dense = indices.dense();
  const auto* at = dense.data<std::int64_t>();
  for (Index i = 0; i < dense.numel(); ++i) {
    require<IndexError>(at[i] >= 0 && at[i] < size, where, ": indices must be from 0 to ", size - 1,
                        " for a tensor of shape ", shape, ", got ", at[i], " at position ", i,
                        " of indices of shape ", indices.shape());
  }
  return dense;
}

int checked_dim(const char* where, const Shape& shape, Index dim) {
  require<ShapeError>(shape.rank() > 0, where, ": tensor must have a dimension, got shape []");
  return wrap_dim(where, dim, shape.rank());
}

int check_select(const char* where, const Shape& shape, Index dim, const Tensor& indices) {
  const int d = checked_dim(where, shape, dim);
  require_indices(where, indices);
  require<ShapeError>(indices.rank() == 1, where, ": indices must be [n] for a tensor of shape ",
                      shape, ", got ", indices.shape());
  return d;
}

// Where each number below `size` stands in a list, in order: a counting sort.
class Places {
 public:
  Places(const Tensor& list, Index size)
      : ends_(static_cast<std::size_t>(size) + 1, 0),
        places_(static_cast<std::size_t>(list.numel())) {
    const auto* at = list.data<std::int64_t>();
    for (Index i = 0; i < list.numel(); ++i) {
      ++ends_[static_cast<std::size_t>(at[i]) + 1];
    }
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
    std::vector<Index> next(ends_.begin(), ends_.end() - 1);
    for (Index i = 0; i < list.numel(); ++i) {
      places_[static_cast<std::size_t>(next[static_cast<std::size_t>(at[i])]++)] = i;
    }
  }

  std::span<const Index> of(Index number) const {
    const auto n = static_cast<std::size_t>(number);
    return {places_.data() + ends_[n], static_cast<std::size_t>(ends_[n + 1] - ends_[n])};
  }

 private:
  std::vector<Index> ends_;
  std::vector<Index> places_;
};

int check_gather(const char* where, const Shape& shape, Index dim, const Tensor& indices) {
  const int d = checked_dim(where, shape, dim);
  require_indices(where, indices);
  bool fits = indices.rank() == shape.rank();
  for (int k = 0; fits && k < shape.rank(); ++k) {
    fits = k == d || indices.shape()[k] <= shape[k];
  }
  require<ShapeError>(fits, where, ": indices must have the rank of the tensor and, but along ",
                      "dimension ", d, ", no larger sizes, got ", indices.shape(), " for ", shape);
  return d;
}

// The part of an array of that shape which the indices look at: all of it along `d`, otherwise as
// much as they have.
Tensor seen(const Tensor& x, int d, const Shape& indices) {
  Tensor part = x;
  for (int k = 0; k < x.rank(); ++k) {
    if (k != d) {
      part = slice(part, k, 0, indices[k]);
    }
  }
  return part;
}

}  // namespace

Tensor index_select(const Tensor& x, Index dim, const Tensor& indices) {
  const int d = check_select("index_select", x.shape(), dim, indices);
  const Tensor list = checked("index_select", indices, x.shape()[d], x.shape());
  Shape shape = x.shape();
  shape[d] = indices.numel();
  Tensor y(shape, x.dtype());
  const Around around(shape, d);
  const Tensor dense = x.dense();
  const auto* at = list.data<std::int64_t>();
  visit_any(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* to = y.mutable_data<T>();
    for_pieces(around.outer * shape[d], around.inner, [&](Index first, Index end) {
      for (Index i = first; i < end; ++i) {
        const Index row = i / shape[d] * x.shape()[d] + at[i % shape[d]];
        std::copy_n(from + row * around.inner, around.inner, to + i * around.inner);
      }
    });
  });
  return y;
}

Tensor index_sum(const char* where, const Shape& shape, Index dim, const Tensor& indices,
                 const Tensor& source) {
  const int d = check_select(where, shape, dim, indices);
  Shape expected = shape;
  expected[d] = indices.numel();
  require<ShapeError>(source.shape() == expected, where, ": source must have the shape ", expected,
                      " for ", indices.numel(), " indices, got ", source.shape());
  const Tensor list = checked(where, indices, shape[d], shape);
  Tensor y(shape, source.dtype());
  if (y.numel() == 0) {
    return y;  // whatever size dimension d has
  }
  const Places places(list, shape[d]);
  const Around around(shape, d);
  const Tensor dense = source.dense();
  visit_floating(where, source.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* to = y.mutable_data<T>();
    for_pieces(around.outer * shape[d], around.inner, [&](Index first, Index end) {
      std::vector<double> sums(static_cast<std::size_t>(around.inner));
      for (Index i = first; i < end; ++i) {
        std::fill(sums.begin(), sums.end(), 0.0);
        const T* outer = from + i / shape[d] * list.numel() * around.inner;
        for (const Index place : places.of(i % shape[d])) {
          const T* part = outer + place * around.inner;
          for (std::size_t k = 0; k < sums.size(); ++k) {
            sums[k] += double(part[k]);
          }
        }
        std::transform(sums.begin(), sums.end(), to + i * around.inner,
                       [](double sum) { return T(sum); });
      }
    });
  });
  return y;
}

Tensor gather(const Tensor& x, Index dim, const Tensor& indices) {
  const int d = check_gather("gather", x.shape(), dim, indices);
  const Tensor list = checked("gather", indices, x.shape()[d], x.shape());
  const auto* at = list.data<std::int64_t>();
  Tensor y(indices.shape(), x.dtype());
  const Around around(indices.shape(), d);
  const Index n = indices.shape()[d];
  const Index size = x.shape()[d];
  const Tensor dense = seen(x, d, indices.shape()).dense();
  visit_any(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* to = y.mutable_data<T>();
    for_pieces(around.outer * n, around.inner, [&](Index first, Index end) {
      for (Index i = first * around.inner; i < end * around.inner; ++i) {
        const Index outer = i / (n * around.inner);
        to[i] = from[(outer * size + at[i]) * around.inner + i % around.inner];
      }
    });
  });
  return y;
}

Tensor scatter_sum(const char* where, const Shape& shape, Index dim, const Tensor& indices,
                   const Tensor& source) {
  const int d = check_gather(where, shape, dim, indices);
  require<ShapeError>(source.shape() == indices.shape(), where, ": source must have the shape ",
                      indices.shape(), " of the indices, got ", source.shape());
  const Tensor list = checked(where, indices, shape[d], shape);
  Tensor y = zeros(shape, source.dtype());
  Shape part_shape = indices.shape();
  part_shape[d] = shape[d];
  Tensor part(part_shape, source.dtype());
  const Around around(part_shape, d);
  const Index n = indices.shape()[d];
  const Index size = shape[d];
  const Tensor dense = source.dense();
  visit_floating(where, source.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto add = [n, size](Index, const std::int64_t* at, const T* from, T* to) {
      const Scratch<double> sums(size);
      std::fill_n(sums.data(), size, 0.0);
      for (Index i = 0; i < n; ++i) {
        sums.data()[at[i]] += double(from[i]);
      }
      std::transform(sums.data(), sums.data() + size, to, [](double sum) { return T(sum); });
    };
    for_lanes(around.outer, around.inner, add,
              Lanes<const std::int64_t>{list.data<std::int64_t>(), n},
              Lanes<const T>{dense.data<T>(), n}, Lanes<T>{part.mutable_data<T>(), size});
  });
  copy(seen(y, d, indices.shape()), part);
  return y;
}

Tensor one_hot(const Tensor& indices, Index classes, Dtype dtype) {
  require_indices("one_hot", indices);
  require(classes >= -1, "one_hot: classes must be at least 0, or -1, got ", classes);
  Tensor list = indices.dense();
  const auto* at = list.data<std::int64_t>();
  if (classes == -1) {
    require(list.numel() > 0, "one_hot: classes must be given where there are no indices, got -1 ",
            "and indices of shape ", indices.shape());
    const Index largest = *std::max_element(at, at + list.numel());
    require<IndexError>(largest < std::numeric_limits<Index>::max(),
                        "one_hot: indices must leave room for a count of classes, got ", largest);
    classes = largest + 1;
  }
  Shape shape = indices.shape();
  shape.push_back(classes);
  list = checked("one_hot", indices, classes, shape);
  Tensor y = zeros(shape, dtype);
  visit_any(dtype, [&](auto zero) {
    auto* to = y.mutable_data<decltype(zero)>();
    for (Index i = 0; i < list.numel(); ++i) {
      to[i * classes + at[i]] = 1;
    }
  });
  return y;
}

Tensor cumsum(const Tensor& x, Index dim) {
  const int d = checked_dim("cumsum", x.shape(), dim);
  Tensor y(x.shape(), x.dtype());
  const Around around(x.shape(), d);
  const Index n = x.shape()[d];
  const Tensor dense = x.dense();
  visit_floating("cumsum", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto add = [n](Index, const T* from, T* to) {
      double sum = 0;
      for (Index i = 0; i < n; ++i) {
        sum += double(from[i]);
        to[i] = T(sum);
      }
    };
    for_lanes(around.outer, around.inner, add, Lanes<const T>{dense.data<T>(), n},
              Lanes<T>{y.mutable_data<T>(), n});
  });
  return y;
}

}  // namespace gradus::core
