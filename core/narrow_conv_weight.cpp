#include <gradus/core/flops.h>
#include <gradus/core/laid_out.h>
#include <gradus/core/lane_sum.h>
#include <gradus/core/narrow_conv.h>
#include <gradus/core/parallel.h>
#include <gradus/core/tile.h>

#include <algorithm>
#include <numeric>

namespace gradus::core {
namespace {

// Rows of numbers that run_dot() takes in whole registers: the last ones of each row, with zeros
// behind them, stand in memory of their own.
template <class T>
class DotRows {
 public:
  DotRows(Index rows, Index length)
      : whole_(length / kDotLanes<T> * kDotLanes<T>),
        rest_(length - whole_),
        ends_(rows * kDotLanes<T>) {
    std::fill_n(ends_.data(), rows * kDotLanes<T>, T(0));
  }
  Index whole() const { return whole_; }
  bool has_rest() const { return rest_ > 0; }
  void take_end(Index row, const T* from) const {
    std::copy_n(from + whole_, rest_, ends_.data() + row * kDotLanes<T>);
  }
  const T* end(Index row) const { return ends_.data() + row * kDotLanes<T>; }

 private:
  Index whole_;
  Index rest_;
  Scratch<T> ends_;
};

// The sums of one group over images, all taps by all channels, and of dy alone.
template <class T>
class ChannelSums {
 public:
  ChannelSums(const ConvShape& s, const TapPlaces& taps)
      : s_(s),
        taps_(taps),
        row_blocks_((s.out + kDotRows - 1) / kDotRows),
        column_blocks_((s.taps() + kDotColumns - 1) / kDotColumns),
        sums_(row_blocks_ * column_blocks_ * kBlock),
        bias_sums_(s.out),
        x_ends_(s.taps(), s.positions()),
        dy_ends_(s.out, s.positions()) {
    std::fill_n(sums_.data(), row_blocks_ * column_blocks_ * kBlock, T(0));
    std::fill_n(bias_sums_.data(), s.out, 0.0);
  }

  void add(const T* laid_out, const T* dy) const {
    const auto row = [&](Index o) { return dy + std::min(o, s_.out - 1) * s_.positions(); };
    const auto column = [&](Index tap) {
      return laid_out + taps_.data()[std::min(tap, s_.taps() - 1)];
    };
    add_products(row, column, x_ends_.whole());
    if (x_ends_.has_rest()) {
      for (Index o = 0; o < s_.out; ++o) {
        dy_ends_.take_end(o, row(o));
      }
      for (Index tap = 0; tap < s_.taps(); ++tap) {
        x_ends_.take_end(tap, column(tap));
      }
      add_products([&](Index o) { return dy_ends_.end(std::min(o, s_.out - 1)); },
                   [&](Index tap) { return x_ends_.end(std::min(tap, s_.taps() - 1)); },
                   kDotLanes<T>);
    }
  }

  /// Of dy alone, which is the gradient of a bias.
  void add_bias(const T* dy) const {
    for (Index o = 0; o < s_.out; ++o) {
      bias_sums_.data()[o] += sum_of(dy + o * s_.positions(), s_.positions());
    }
  }
  double bias_total(Index o) const { return bias_sums_.data()[o]; }

  /// Of channel o and a tap.
  double total(Index o, Index tap) const {
    const Index block = o / kDotRows * column_blocks_ + tap / kDotColumns;
    const Index within = o % kDotRows * kDotColumns + tap % kDotColumns;
    const T* const from = sums_.data() + block * kBlock + within * kDotLanes<T>;
    return std::accumulate(from, from + kDotLanes<T>, 0.0);
  }

 private:
  static constexpr Index kBlock = kDotRows * kDotColumns * kDotLanes<T>;

  // Rows and columns beyond the last are taken for some other, and their sums left alone.
  template <class Row, class Column>
  void add_products(const Row& row, const Column& column, Index k) const {
    Dot<T> dot{{}, {}, k, sums_.data()};
    for (Index o = 0; o < row_blocks_ * kDotRows; o += kDotRows) {
      for (Index tap = 0; tap < column_blocks_ * kDotColumns; tap += kDotColumns) {
        for (Index i = 0; i < kDotRows; ++i) {
          dot.a[i] = row(o + i);
        }
        for (Index j = 0; j < kDotColumns; ++j) {
          dot.b[j] = column(tap + j);
        }
        run_dot(dot);
        dot.sums += kBlock;
      }
    }
  }

  const ConvShape& s_;
  const TapPlaces& taps_;
  Index row_blocks_;
  Index column_blocks_;
  Scratch<T> sums_;
  Scratch<double> bias_sums_;
  DotRows<T> x_ends_;
  DotRows<T> dy_ends_;
};

}  // namespace

template <class T>
bool has_few_channels(const ConvShape& s) {
  constexpr double kMostNumbers = 1 << 24;  // of the copies that a thread keeps
  return s.window.stride == Size2(1) && 2 * s.out <= kDotLanes<T> &&
         laid_out_numbers(s) < kMostNumbers;
}

template <class T>
void narrow_conv_weight(const ConvShape& s, const T* x, const T* dy, Index count, T* shares,
                        double* bias_shares) {
  report_product(s.groups * s.out, s.taps(), s.batch * s.positions());
  const TapPlaces taps(s);
  const Index images = s.batch * s.groups;
  parallel_for(count, [&](Index share) {
    const LaidOut<T> laid_out(s, 0);
    for (Index group = 0; group < s.groups; ++group) {
      const ChannelSums<T> sums(s, taps);
      for (Index b = s.batch * share / count; b < s.batch * (share + 1) / count; ++b) {
        const Index image = b * s.groups + group;
        const T* const d = dy + image * s.out * s.positions();
        sums.add(laid_out(x, image, images), d);
        if (bias_shares) {
          sums.add_bias(d);
        }
      }
      for (Index o = 0; o < s.out; ++o) {
        const Index channel = (share * s.groups + group) * s.out + o;
        for (Index tap = 0; tap < s.taps(); ++tap) {
          shares[channel * s.taps() + tap] = T(sums.total(o, tap));
        }
        if (bias_shares) {
          bias_shares[channel] = sums.bias_total(o);
        }
      }
    }
  });
}

template bool has_few_channels<float>(const ConvShape&);
template bool has_few_channels<double>(const ConvShape&);
template void narrow_conv_weight(const ConvShape&, const float*, const float*, Index, float*,
                                 double*);
template void narrow_conv_weight(const ConvShape&, const double*, const double*, Index, double*,
                                 double*);

}  // namespace gradus::core
