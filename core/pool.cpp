#include <gradus/core/max_rows.h>
#include <gradus/core/pair_pool.h>
#include <gradus/core/parallel.h>
#include <gradus/core/pool.h>
#include <gradus/core/scratch.h>
#include <gradus/core/vectorized.h>

#include <algorithm>

namespace gradus::core {
namespace {

// f(first, count) for runs of planes, images of one channel, each a piece.
template <class F>
void for_runs_of_planes(const Tensor& x, F f) {
  constexpr Index kPiece = 32768;
  const Index planes = x.shape()[0] * x.shape()[1];
  const Index block = std::max<Index>(kPiece * planes / std::max<Index>(x.numel(), 1), 1);
  parallel_for((planes + block - 1) / block,
               [&](Index piece) { f(piece * block, std::min(block, planes - piece * block)); });
}

// f(plane, memory) for each of them; a run shares what make_memory() gives.
template <class M, class F>
void for_planes(const Tensor& x, M make_memory, F f) {
  for_runs_of_planes(x, [&](Index first, Index count) {
    const auto memory = make_memory();
    for (Index plane = first; plane < first + count; ++plane) {
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

template <class T>
void max_pool_planes(const PoolAxes& axes, Index count, const T* x, T* y, std::int64_t* index) {
  const Index area = axes.h.size * axes.w.size;
  const Index windows = axes.h.places() * axes.w.places();
  const auto for_each = [&](auto pool) {
    for (Index plane = 0; plane < count; ++plane) {
      pool(x + plane * area, y + plane * windows, index + plane * windows);
    }
  };
  if (sees_pairs(axes)) {
    return for_each(MaxPairs<T>(axes));
  }
  const int stride = whole_stride(axes.w);
  for_each([&](const T* from, T* to, std::int64_t* at) { max_rows(axes, stride, from, to, at); });
}

MaxPool max_pool(const char* where, const PoolAxes& axes, const Tensor& x) {
  const Shape shape = with_area(x.shape(), axes.h.places(), axes.w.places());
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = x.dense();
    const MaxPool result{Tensor(shape, x.dtype()), Tensor(shape, i64)};
    const T* from = dense.data<T>();
    T* y = result.y.template mutable_data<T>();
    auto* index = result.index.template mutable_data<std::int64_t>();
    for_runs_of_planes(x, [&](Index first, Index count) {
      const Index to = first * area(result.y);
      max_pool_planes(axes, count, from + first * area(x), y + to, index + to);
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

template <class T>
void scatter_planes(Index count, const T* dy, const std::int64_t* index, Index windows, T* dx,
                    Index area) {
  for (Index plane = 0; plane < count; ++plane) {
    std::fill_n(dx, area, T(0));
    for (Index p = 0; p < windows; ++p) {
      dx[index[p]] += dy[p];
    }
    dy += windows;
    index += windows;
    dx += area;
  }
}

Tensor scatter_pool(const Tensor& dy, const Tensor& index, const Shape& shape) {
  return visit_floating("max_pool2d", dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = dy.dense();
    const Tensor dx(shape, dy.dtype());
    const T* from = dense.data<T>();
    const auto* at = index.data<std::int64_t>();
    T* to = dx.mutable_data<T>();
    for_runs_of_planes(dx, [&](Index first, Index count) {
      const Index n = area(index);
      scatter_planes(count, from + first * n, at + first * n, n, to + first * area(dx), area(dx));
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

template void max_pool_planes(const PoolAxes&, Index, const float*, float*, std::int64_t*);
template void max_pool_planes(const PoolAxes&, Index, const double*, double*, std::int64_t*);
template void scatter_planes(Index, const float*, const std::int64_t*, Index, float*, Index);
template void scatter_planes(Index, const double*, const std::int64_t*, Index, double*, Index);

}  // namespace gradus::core
