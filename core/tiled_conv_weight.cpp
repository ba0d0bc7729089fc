#include <gradus/core/blocks.h>
#include <gradus/core/canvas.h>
#include <gradus/core/flops.h>
#include <gradus/core/narrow_conv.h>
#include <gradus/core/parallel.h>
#include <gradus/core/shares.h>
#include <gradus/core/tile.h>
#include <gradus/core/tiled_conv.h>
#include <gradus/core/vectorized.h>

#include <algorithm>

namespace gradus::core {
namespace {

// sums[j] <- sums[j] + x[0, j] + x[1, j] + ..., for rows `width` apart, sixteen columns at a time.
template <class T>
void add_panel_rows(const T* x, Index rows, Index width, double* sums) {
  constexpr Index kColumns = 16;
  vectorized([&]() __attribute__((always_inline)) {
    Index first = 0;
    for (; first + kColumns <= width; first += kColumns) {
      double part[kColumns];
      for (Index j = 0; j < kColumns; ++j) {
        part[j] = sums[first + j];
      }
      for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < kColumns; ++j) {
          part[j] += double(x[i * width + first + j]);
        }
      }
      for (Index j = 0; j < kColumns; ++j) {
        sums[first + j] = part[j];
      }
    }
    for (Index i = 0; i < rows; ++i) {
      for (Index j = first; j < width; ++j) {
        sums[j] += double(x[i * width + j]);
      }
    }
  });
}

// sums: [taps, width] <- sums + the products of one image and `columns` channels of its dy;
// bias_sums: [width] <- bias_sums + dy, if they are wanted.
template <class T>
void add_products(const ConvShape& s, const CanvasPlaces& places, const T* canvas, const T* dy,
                  Index columns, T* panel, T* sums, double* bias_sums) {
  const Index width = tile_columns<T>(columns);
  TilesOf<T> tiles(columns);
  for_blocks(s.positions(), panel_rows<T>(width), [&](Index position, Index count) {
    pack_panel(dy + position, 1, s.positions(), count, columns, width, panel);
    if (bias_sums) {
      add_panel_rows(panel, count, width, bias_sums);
    }
    for_blocks(s.taps(), tile_rows<T>(columns), [&](Index tap, Index rows) {
      Tile<T> tile{{},
                   places.positions() + position,
                   panel,
                   nullptr,
                   width,
                   count,
                   sums + tap * width,
                   width,
                   true};
      for (Index i = 0; i < rows; ++i) {
        tile.a[i] = canvas + places.taps()[tap + i];
      }
      tiles.run(tile, rows);
    });
  });
}

// shares: [count, groups out, taps], the sums of conv_weight over parts of the batch; bias_shares:
// [count, groups out], likewise of dy alone, or null.
template <class T>
void add_parts(const ConvShape& s, const T* x, const PlanesIn<T>& dy, Index count, T* shares,
               double* bias_shares) {
  report_product(s.groups * s.out, s.taps(), s.batch * s.positions());
  const CanvasPlaces places(s);
  const Index most = tile_sizes<T>().width;
  parallel_for(count, [&](Index share) {
    const Canvas<T> canvas(s);
    const Scratch<T> panel(kPanelNumbers<T>);
    const Scratch<T> sums(s.taps() * most);
    const Scratch<T> made(dy.buffer(std::min(most, s.out)));
    for (Index group = 0; group < s.groups; ++group) {
      for (Index o = 0; o < s.out; o += most) {
        const Index columns = std::min(most, s.out - o);
        const Index width = tile_columns<T>(columns);
        std::fill_n(sums.data(), s.taps() * width, T(0));
        double bias_sums[kTileBytes / sizeof(T)] = {};
        for (Index b = s.batch * share / count; b < s.batch * (share + 1) / count; ++b) {
          const Index image = b * s.groups + group;
          add_products(s, places, canvas(x + image * s.in * s.input.h * s.input.w),
                       dy(image * s.out + o, columns, made.data()), columns, panel.data(),
                       sums.data(), bias_shares ? bias_sums : nullptr);
        }
        if (bias_shares) {
          std::copy_n(bias_sums, columns, bias_shares + (share * s.groups + group) * s.out + o);
        }
        unpack_panel(sums.data(), width, s.taps(), columns,
                     shares + ((share * s.groups + group) * s.out + o) * s.taps(), 1, s.taps());
      }
    }
  });
}

}  // namespace

template <class T>
bool weight_goes_by_images(const ConvShape& s) {
  return !has_few_channels<T>(s);
}

template <class T>
void tiled_conv_weight(const ConvShape& s, const T* x, const PlanesIn<T>& dy, T* dweight,
                       T* dbias) {
  const Index channels = s.groups * s.out;
  const Index numbers = channels * s.taps();
  const Index shares = count_shares(s.batch, numbers);
  const Scratch<T> sums(shares * numbers);
  const Scratch<double> bias_sums(dbias ? shares * channels : 0);
  double* const bias = dbias ? bias_sums.data() : nullptr;
  if (has_few_channels<T>(s)) {
    narrow_conv_weight(s, x, dy.all, shares, sums.data(), bias);
  } else {
    add_parts(s, x, dy, shares, sums.data(), bias);
  }
  if (dbias) {
    add_shares(bias, shares, channels, dbias);
  }
  add_shares(sums.data(), shares, numbers, dweight);
}

template bool weight_goes_by_images<float>(const ConvShape&);
template bool weight_goes_by_images<double>(const ConvShape&);
template void tiled_conv_weight(const ConvShape&, const float*, const PlanesIn<float>&, float*,
                                float*);
template void tiled_conv_weight(const ConvShape&, const double*, const PlanesIn<double>&, double*,
                                double*);

}  // namespace gradus::core
