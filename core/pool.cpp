#include <gradus/core/max_rows.h>
#include <gradus/core/pair_pool.h>
#include <gradus/core/parallel.h>
#include <gradus/core/pool.h>
#include <gradus/core/scratch.h>
#include <gradus/core/vectorized.h>

#include <algorithm>

namespace gradus::core {
namespace {

// f(plane, memory) for each image of one channel; some of them make a piece, and share what
// make_memory() gives.
template <class M, class F>
void for_planes(const Tensor& x, M make_memory, F f) {
  constexpr Index kPiece = 32768;
  const Index planes = x.shape()[0] * x.shape()[1];
  const Index block = std::max<Index>(kPiece * planes / std::max<Index>(x.numel(), 1), 1);
  parallel_for((planes + block - 1) / block, [&](Index piece) {
    const auto memory = make_memory();
    for (Index plane = piece * block; plane < std::min(planes, (piece + 1) * block); ++plane) {
      f(plane, memory);
    }
  });
}
template <class F>
void for_planes(const Tensor& x, F f) {
  for_planes(
      x, [] { return nullptr; }, [&](Index plane, auto) { f(plane); });
}

// For a row of the image and a row of windows.
template <class T>
struct RowMemory {
  Scratch<T> line, windows;
  explicit RowMemory(const PoolAxis& w) : line(w.size), windows(w.places()) {}
};

Shape with_area(const Shape& shape, Index height, Index width) {
  return {shape[0], shape[1], height, width};
}

Index area(const Tensor& x) { return x.shape()[2] * x.shape()[3]; }

// sums[j] <- x[0, j] + x[1, j] + ..., for rows of `columns` numbers
template <class T>
[[gnu::always_inline]] inline void add_rows(const T* x, Index rows, Index columns, double* sums) {
  std::fill_n(sums, columns, 0.0);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      sums[j] += double(x[i * columns + j]);
    }
  }
}

}  // namespace

MaxPool max_pool(const char* where, const PoolAxes& axes, const Tensor& x) {
  const Index rows = axes.h.places();
  const Index columns = axes.w.places();
  const int stride = whole_stride(axes.w);
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = x.dense();
    const MaxPool result{Tensor(with_area(x.shape(), rows, columns), x.dtype()),
                         Tensor(with_area(x.shape(), rows, columns), i64)};
    const T* from = dense.data<T>();
    T* y = result.y.template mutable_data<T>();
    auto* index = result.index.template mutable_data<std::int64_t>();
    if (sees_pairs(axes)) {
      const auto memory = [&] { return MaxPairs<T>(axes); };
      for_planes(x, memory, [&](Index plane, const MaxPairs<T>& pool) {
        const Index to = plane * rows * columns;
        pool(from + plane * area(x), y + to, index + to);
      });
      return result;
    }
    for_planes(x, [&](Index plane) {
      const Index to = plane * rows * columns;
      max_rows(axes, stride, from + plane * area(x), y + to, index + to);
    });
    return result;
  });
}

Tensor gather_pool(const Tensor& x, const Tensor& index) {
  return visit_floating("max_pool2d", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = x.dense();
    const Tensor y(index.shape(), x.dtype());
    const T* from = dense.data<T>();
    const auto* at = index.data<std::int64_t>();
    T* to = y.mutable_data<T>();
    for_planes(x, [&](Index plane) {
      const Index n = area(index);
      for (Index p = plane * n; p < (plane + 1) * n; ++p) {
        to[p] = from[plane * area(x) + at[p]];
      }
    });
    return y;
  });
}

Tensor scatter_pool(const Tensor& dy, const Tensor& index, const Shape& shape) {
  return visit_floating("max_pool2d", dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = dy.dense();
    const Tensor dx(shape, dy.dtype());
    const T* from = dense.data<T>();
    const auto* at = index.data<std::int64_t>();
    T* to = dx.mutable_data<T>();
    for_planes(dx, [&](Index plane) {
      const Index n = area(index);
      T* const image = to + plane * area(dx);
      std::fill_n(image, area(dx), T(0));
      for (Index p = plane * n; p < (plane + 1) * n; ++p) {
        image[at[p]] += from[p];
      }
    });
    return dx;
  });
}

// Both ways go down the columns first and then along the row, for a whole row of windows at a time:
// what runs along rows is left to vector instructions.
Tensor avg_pool(const char* where, const PoolAxes& axes, const Tensor& x) {
  const PoolAxis& h = axes.h;
  const PoolAxis& w = axes.w;
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = x.dense();
    const Tensor y(with_area(x.shape(), h.places(), w.places()), x.dtype());
    const T* from = dense.data<T>();
    T* to = y.mutable_data<T>();
    if (sees_pairs(axes) && counts_equally(h)) {
      const auto memory = [&] { return MeanPairs<T>(axes); };
      for_planes(x, memory, [&](Index plane, const MeanPairs<T>& pool) {
        pool(from + plane * area(x), to + plane * area(y));
      });
      return y;
    }
    const auto memory = [&] { return RowMemory<double>(w); };
    for_planes(x, memory, [&](Index plane, const RowMemory<double>& rows) {
      const T* const image = from + plane * area(x);
      double* const down = rows.line.data();
      double* const sums = rows.windows.data();
      for (Index r = 0; r < h.places(); ++r) {
        const auto row = static_cast<std::size_t>(r);
        vectorized([&]() __attribute__((always_inline)) {
          add_rows(image + h.begin[row] * w.size, h.end[row] - h.begin[row], w.size, down);
        });
        for (std::size_t q = 0; q < w.begin.size(); ++q) {
          double sum = 0;
          for (Index j = w.begin[q]; j < w.end[q]; ++j) {
            sum += down[j];
          }
          sums[q] = sum;
        }
        T* const out = to + plane * area(y) + r * w.places();
        vectorized([&]() __attribute__((always_inline)) {
          for (std::size_t q = 0; q < w.begin.size(); ++q) {
            out[q] = T(sums[q] / (h.divisor[row] * w.divisor[q]));
          }
        });
      }
    });
    return y;
  });
}

Tensor avg_pool_input(const PoolAxes& axes, const Tensor& dy) {
  const PoolAxis& h = axes.h;
  const PoolAxis& w = axes.w;
  return visit_floating("avg_pool2d", dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = dy.dense();
    const Tensor dx(with_area(dy.shape(), h.size, w.size), dy.dtype());
    const T* from = dense.data<T>();
    T* to = dx.mutable_data<T>();
    if (sees_pairs(axes) && counts_equally(h) && covers_once(h)) {
      const auto memory = [&] { return MeanPairs<T>(axes); };
      for_planes(dx, memory, [&](Index plane, const MeanPairs<T>& pool) {
        pool.spread(from + plane * area(dy), to + plane * area(dx));
      });
      return dx;
    }
    const auto memory = [&] { return RowMemory<T>(w); };
    for_planes(dx, memory, [&](Index plane, const RowMemory<T>& rows) {
      T* const image = to + plane * area(dx);
      T* const shares = rows.windows.data();
      T* const line = rows.line.data();
      std::fill_n(image, area(dx), T(0));
      for (Index r = 0; r < h.places(); ++r) {
        const auto row = static_cast<std::size_t>(r);
        const T* const d = from + plane * area(dy) + r * w.places();
        vectorized([&]() __attribute__((always_inline)) {
          for (std::size_t q = 0; q < w.begin.size(); ++q) {
            shares[q] = T(double(d[q]) / (h.divisor[row] * w.divisor[q]));
          }
        });
        std::fill_n(line, w.size, T(0));
        for (std::size_t q = 0; q < w.begin.size(); ++q) {
          for (Index j = w.begin[q]; j < w.end[q]; ++j) {
            line[j] += shares[q];
          }
        }
        vectorized([&]() __attribute__((always_inline)) {
          for (Index i = h.begin[row]; i < h.end[row]; ++i) {
            for (Index j = 0; j < w.size; ++j) {
              image[i * w.size + j] += line[j];
            }
          }
        });
      }
    });
    return dx;
  });
}

}  // namespace gradus::core
