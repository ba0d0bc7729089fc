#include <gradus/core/max_rows.h>
#include <gradus/core/parallel.h>
#include <gradus/core/pool.h>

#include <algorithm>

namespace gradus::core {
namespace {

// f(plane) for each image of one channel; some of them make a piece.
template <class F>
void for_planes(const Tensor& x, F f) {
  constexpr Index kPiece = 32768;
  const Index planes = x.shape()[0] * x.shape()[1];
  const Index block = std::max<Index>(kPiece * planes / std::max<Index>(x.numel(), 1), 1);
  parallel_for((planes + block - 1) / block, [&](Index piece) {
    for (Index plane = piece * block; plane < std::min(planes, (piece + 1) * block); ++plane) {
      f(plane);
    }
  });
}

Shape with_area(const Shape& shape, Index height, Index width) {
  return {shape[0], shape[1], height, width};
}

Index area(const Tensor& x) { return x.shape()[2] * x.shape()[3]; }

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

Tensor avg_pool(const char* where, const PoolAxes& axes, const Tensor& x) {
  const PoolAxis& h = axes.h;
  const PoolAxis& w = axes.w;
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = x.dense();
    const Tensor y(with_area(x.shape(), h.places(), w.places()), x.dtype());
    const T* from = dense.data<T>();
    T* to = y.mutable_data<T>();
    for_planes(x, [&](Index plane) {
      const T* const image = from + plane * area(x);
      T* out = to + plane * area(y);
      for (std::size_t r = 0; r < h.begin.size(); ++r) {
        for (std::size_t q = 0; q < w.begin.size(); ++q) {
          double sum = 0;
          for (Index i = h.begin[r]; i < h.end[r]; ++i) {
            for (Index j = w.begin[q]; j < w.end[q]; ++j) {
              sum += double(image[i * w.size + j]);
            }
          }
          *out++ = T(sum / (h.divisor[r] * w.divisor[q]));
        }
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
    for_planes(dx, [&](Index plane) {
      T* const image = to + plane * area(dx);
      const T* d = from + plane * area(dy);
      std::fill_n(image, area(dx), T(0));
      for (std::size_t r = 0; r < h.begin.size(); ++r) {
        for (std::size_t q = 0; q < w.begin.size(); ++q) {
          const T share = T(double(*d++) / (h.divisor[r] * w.divisor[q]));
          for (Index i = h.begin[r]; i < h.end[r]; ++i) {
            for (Index j = w.begin[q]; j < w.end[q]; ++j) {
              image[i * w.size + j] += share;
            }
          }
        }
      }
    });
    return dx;
  });
}

}  // namespace gradus::core
