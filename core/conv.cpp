#include <gradus/core/blas.h>
#include <gradus/core/conv.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/lane_sum.h>
#include <gradus/core/parallel.h>
#include <gradus/core/scratch.h>
#include <gradus/core/shares.h>
#include <gradus/core/tiled_conv.h>
#include <gradus/core/unfold.h>

namespace gradus::core {
namespace {

using blas::Form;
using blas::gemm_piece;

// Numbers of a part's unfolded image: they stay in the second-level cache.
constexpr Index kPartNumbers = Index{1} << 17;
// Where there are this many pieces, a loop is not cut any finer.
constexpr Index kPieces = 16;

// The places of an image in parts: whole rows where they fit.
struct Parts {
  Index positions;
  Index step;
  Index count;
  explicit Parts(const ConvShape& s) : positions(s.positions()) {
    const Index most = std::max<Index>(kPartNumbers / s.taps(), 64);
    const Index wanted = (positions + most - 1) / most;
    step = (positions + wanted - 1) / wanted;
    if (step > s.output.w) {
      step = (step + s.output.w - 1) / s.output.w * s.output.w;
    }
    count = (positions + step - 1) / step;
  }
  Index first(Index part) const { return part * step; }
  Index size(Index part) const { return std::min(step, positions - part * step); }
};

// The image is its own unfolded form.
bool is_pointwise(const Window& w) {
  return w.kernel == Size2(1) && w.stride == Size2(1) && w.padding == Size2(0);
}

// The matrix [taps, places] of a part, and the distance of its rows.
template <class T>
struct Columns {
  const T* data;
  Index step;
  Columns(const ConvShape& s, const T* image, const Parts& parts, Index part, T* buffer)
      : data(image + parts.first(part)), step(parts.positions) {
    if (!is_pointwise(s.window)) {
      unfold(s, image, parts.first(part), parts.size(part), buffer);
      data = buffer;
      step = parts.size(part);
    }
  }
};

template <class T>
void run_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
              const ElementLoop* finish, T* y) {
  if (runs_in_tiles(s)) {
    return tiled_conv<T>(s, {s.input.h * s.input.w, x}, weight, bias, finish, {s.positions(), y});
  }
  const Parts parts(s);
  const Index k = s.taps();
  parallel_for(s.batch * s.groups * parts.count, [&](Index piece) {
    const Index part = piece % parts.count;
    const Index image = piece / parts.count;  // a group of channels is an image of its own
    const Index group = image % s.groups;
    const Index n = parts.size(part);
    const Scratch<T> buffer(k * n);
    const Columns<T> columns(s, x + image * s.in * s.input.h * s.input.w, parts, part,
                             buffer.data());
    T* to = y + image * s.out * parts.positions + parts.first(part);
    for (Index o = 0; o < s.out && bias; ++o) {
      std::fill_n(to + o * parts.positions, n, bias[group * s.out + o]);
    }
    gemm_piece(Form::plain, Form::plain, s.out, n, k, T(1), weight + group * s.out * k, k,
               columns.data, columns.step, T(bias ? 1 : 0), to, parts.positions);
    for (Index o = 0; o < s.out && finish; ++o) {
      (*finish)(to + o * parts.positions, n);
    }
  });
}

template <class T>
void run_conv_input(const ConvShape& s, const T* dy, const T* weight, T* dx) {
  if (s.window.stride == Size2(1) && runs_in_tiles(turned_shape(s))) {
    return tiled_conv_input<T>(s, {s.positions(), dy}, weight, dx);
  }
  const Parts parts(s);
  const Index images = s.batch * s.groups;
  // Channels in shares, where there are few images.
  const Index shares = std::min(s.in, (kPieces + images - 1) / std::max<Index>(images, 1));
  const Index area = s.input.h * s.input.w;
  const Index window = s.window.kernel.h * s.window.kernel.w;
  parallel_for(images * shares, [&](Index piece) {
    const Index image = piece / shares;
    const Index begin = s.in * (piece % shares) / shares;
    ConvShape share = s;
    share.in = s.in * (piece % shares + 1) / shares - begin;
    const Index k = share.taps();
    T* const to = dx + (image * s.in + begin) * area;
    std::fill_n(to, share.in * area, T(0));
    const Scratch<T> columns(k * std::min(parts.step, parts.positions));
    for (Index part = 0; part < parts.count; ++part) {
      const Index n = parts.size(part);
      gemm_piece(Form::transposed, Form::plain, k, n, s.out, T(1),
                 weight + image % s.groups * s.out * s.taps() + begin * window, s.taps(),
                 dy + image * s.out * parts.positions + parts.first(part), parts.positions, T(0),
                 columns.data(), n);
      fold(share, columns.data(), parts.first(part), n, to);
    }
  });
}

// dbias[channel] <- the sum of dy over images and places
template <class T>
void sum_channels(const ConvShape& s, const T* dy, T* dbias) {
  const Index channels = s.groups * s.out;
  parallel_for(channels, [&](Index channel) {
    double sum = 0;
    for (Index image = 0; image < s.batch; ++image) {
      sum += sum_of(dy + (image * channels + channel) * s.positions(), s.positions());
    }
    dbias[channel] = T(sum);
  });
}

// dbias may be null.
template <class T>
void run_conv_weight(const ConvShape& s, const T* x, const T* dy, T* dweight, T* dbias) {
  if (runs_in_tiles(s)) {
    return tiled_conv_weight<T>(s, x, {s.positions(), dy}, dweight, dbias);
  }
  const Parts parts(s);
  const Index k = s.taps();
  const Index numel = s.groups * s.out * k;
  const Index units = s.batch * parts.count;
  const Index shares = count_shares(units, numel);
  const Scratch<T> sums(shares * numel);
  if (dbias) {
    sum_channels(s, dy, dbias);
  }
  parallel_for(shares, [&](Index share) {
    T* const to = sums.data() + share * numel;
    std::fill_n(to, numel, T(0));
    const Scratch<T> buffer(k * std::min(parts.step, parts.positions));
    for (Index unit = units * share / shares; unit < units * (share + 1) / shares; ++unit) {
      const Index part = unit % parts.count;
      for (Index group = 0; group < s.groups; ++group) {
        const Index image = unit / parts.count * s.groups + group;
        const Columns<T> columns(s, x + image * s.in * s.input.h * s.input.w, parts, part,
                                 buffer.data());
        gemm_piece(Form::plain, Form::transposed, s.out, k, parts.size(part), T(1),
                   dy + image * s.out * parts.positions + parts.first(part), parts.positions,
                   columns.data, columns.step, T(1), to + group * s.out * k, k);
      }
    }
  });
  add_shares(sums.data(), shares, numel, dweight);
}

}  // namespace

void require_conv_dtypes(const char* where, const Tensor& a, const Tensor& b, const Tensor& bias) {
  const auto require_same = [&](const Tensor& other) {
    require<DtypeError>(a.dtype() == other.dtype(), where, ": operands must have one dtype, got ",
                        a.dtype(), " and ", other.dtype(), "; convert one with convert(x, dtype)");
  };
  require_same(b);
  if (bias) {
    require_same(bias);
  }
}

Tensor conv(const char* where, const ConvShape& s, const Tensor& x, const Tensor& weight,
            const Tensor& bias, const ElementLoop* finish) {
  require_conv_dtypes(where, x, weight, bias);
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor y(s.y_shape(), x.dtype());
    const Tensor b = bias ? bias.dense() : bias;
    run_conv(s, x.dense().data<T>(), weight.dense().data<T>(), b ? b.data<T>() : nullptr, finish,
             y.mutable_data<T>());
    return y;
  });
}

Tensor conv_input(const char* where, const ConvShape& s, const Tensor& dy, const Tensor& weight) {
  require_conv_dtypes(where, dy, weight);
  return visit_floating(where, dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dx(s.x_shape(), dy.dtype());
    run_conv_input(s, dy.dense().data<T>(), weight.dense().data<T>(), dx.mutable_data<T>());
    return dx;
  });
}

Tensor conv_weight(const char* where, const ConvShape& s, const Tensor& x, const Tensor& dy,
                   Tensor* dbias) {
  require_conv_dtypes(where, x, dy);
  return visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dweight(s.weight_shape(), x.dtype());
    T* db = nullptr;
    if (dbias) {
      *dbias = Tensor({s.groups * s.out}, x.dtype());
      db = dbias->mutable_data<T>();
    }
    run_conv_weight(s, x.dense().data<T>(), dy.dense().data<T>(), dweight.mutable_data<T>(), db);
    return dweight;
  });
}

}  // namespace gradus::core
