#include <gradus/core/conv.h>
#include <gradus/core/conv_pool.h>
#include <gradus/core/tiled_conv.h>

namespace gradus::core {
namespace {

// Planes of scatter_pool(dy, index, s.y_shape()), for dense dy.
template <class T>
PlanesIn<T> scattered(const ConvShape& s, const Tensor& dy, const Tensor& index) {
  const Index windows = dy.size(2) * dy.size(3);
  const Index area = s.positions();
  return {
      area, nullptr,
      [=, from = dy.data<T>(), at = index.data<std::int64_t>()](Index first, Index count, T* to) {
        scatter_planes(count, from + first * windows, at + first * windows, windows, to, area);
      }};
}

}  // namespace

MaxPool conv_max_pool(const char* where, const ConvShape& s, const Tensor& x, const Tensor& weight,
                      const Tensor& bias, const ElementLoop* finish, const PoolAxes& axes) {
  require_conv_dtypes(where, x, weight, bias);
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (!runs_in_tiles(s) || !goes_by_images<T>(s)) {
      return max_pool(where, axes, conv(where, s, x, weight, bias, finish));
    }
    const Shape shape = {s.batch, s.groups * s.out, axes.h.places(), axes.w.places()};
    const MaxPool result{Tensor(shape, x.dtype()), Tensor(shape, i64)};
    T* const y = result.y.template mutable_data<T>();
    auto* const index = result.index.template mutable_data<std::int64_t>();
    const Index windows = shape[2] * shape[3];
    const auto pool = [&](Index first, Index count, const T* from) {
      max_pool_planes(axes, count, from, y + first * windows, index + first * windows);
    };
    const Tensor b = bias ? bias.dense() : bias;
    tiled_conv<T>(s, {s.input.h * s.input.w, x.dense().data<T>()}, weight.dense().data<T>(),
                  b ? b.data<T>() : nullptr, finish, {s.positions(), nullptr, pool});
    return result;
  });
}

Tensor conv_max_pool_input(const char* where, const ConvShape& s, const Tensor& dy,
                           const Tensor& index, const Tensor& weight) {
  require_conv_dtypes(where, dy, weight);
  return visit_floating(where, dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const ConvShape turned = turned_shape(s);
    if (s.window.stride != Size2(1) || !runs_in_tiles(turned) || !goes_by_images<T>(turned)) {
      return conv_input(where, s, scatter_pool(dy, index, s.y_shape()), weight);
    }
    const Tensor dx(s.x_shape(), dy.dtype());
    const Tensor dense = dy.dense();
    tiled_conv_input(s, scattered<T>(s, dense, index), weight.dense().data<T>(),
                     dx.mutable_data<T>());
    return dx;
  });
}

Tensor conv_max_pool_weight(const char* where, const ConvShape& s, const Tensor& x,
                            const Tensor& dy, const Tensor& index, Tensor* dbias) {
  require_conv_dtypes(where, x, dy);
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (!runs_in_tiles(s) || !weight_goes_by_images<T>(s)) {
      return conv_weight(where, s, x, scatter_pool(dy, index, s.y_shape()), dbias);
    }
    const Tensor dweight(s.weight_shape(), x.dtype());
    if (dbias) {
      *dbias = Tensor({s.groups * s.out}, x.dtype());
    }
    const Tensor dense = dy.dense();
    tiled_conv_weight(s, x.dense().data<T>(), scattered<T>(s, dense, index),
                      dweight.mutable_data<T>(), dbias ? dbias->mutable_data<T>() : nullptr);
    return dweight;
  });
}

}  // namespace gradus::core
