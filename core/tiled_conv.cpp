#include <gradus/core/blocks.h>
#include <gradus/core/canvas.h>
#include <gradus/core/flops.h>
#include <gradus/core/narrow_conv.h>
#include <gradus/core/parallel.h>
#include <gradus/core/side_by_side_conv.h>
#include <gradus/core/tile.h>
#include <gradus/core/tiled_conv.h>
#include <gradus/core/vectorized.h>

#include <algorithm>

namespace gradus::core {
namespace {

// Positions whose sums stay in the second-level cache.
constexpr Index kMostPositions = 1024;

template <class T>
Index panel_rows(Index width) {
  return kPanelBytes / Index(sizeof(T)) / width;
}

// The weight of a group in panels [taps, width] of its channels.
template <class T>
class WeightPanels {
 public:
  WeightPanels(const ConvShape& s, const T* weight)
      : s_(s),
        width_(tile_columns<T>(std::min(s.out, tile_sizes<T>().width))),
        panels_((s.out + width_ - 1) / width_),
        data_(s.groups * panels_ * s.taps() * width_),
        steps_(panel_rows<T>(width_)) {
    fill_steps(panel_rows<T>(width_), width_, steps_.data());
    parallel_for(s.groups * panels_, [&](Index panel) {
      const Index first = panel % panels_ * width_;
      pack_panel(weight + (panel / panels_ * s.out + first) * s.taps(), 1, s.taps(), s.taps(),
                 std::min(width_, s.out - first), width_, data_.data() + panel * s.taps() * width_);
    });
  }
  const T* panel(Index group, Index first) const {
    return data_.data() + (group * panels_ + first / width_) * s_.taps() * width_;
  }
  Index width() const { return width_; }
  const std::int32_t* steps() const { return steps_.data(); }

 private:
  const ConvShape& s_;
  Index width_;
  Index panels_;
  Scratch<T> data_;
  Scratch<std::int32_t> steps_;
};

// sums: [count, width] of positions first, ... <- sums + what a panel's channels make of them.
template <class T>
void add_positions(const ConvShape& s, const CanvasPlaces& places, const T* canvas,
                   const WeightPanels<T>& weight, const T* panel, Index first, Index count,
                   T* sums) {
  const Index width = weight.width();
  for_blocks(s.taps(), panel_rows<T>(width), [&](Index tap, Index taps) {
    for_blocks(count, tile_rows<T>(width), [&](Index position, Index rows) {
      Tile<T> tile{{},
                   places.taps() + tap,
                   panel + tap * width,
                   weight.steps(),
                   taps,
                   sums + position * width,
                   width,
                   true};
      for (Index i = 0; i < rows; ++i) {
        tile.a[i] = canvas + places.positions()[first + position + i];
      }
      run_tile(tile, rows, width);
    });
  });
}

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

// rows of x <- the numbers of one, all of `width`
template <class T>
void fill_rows(const T* row, Index rows, Index width, T* x) {
  vectorized([&]() __attribute__((always_inline)) {
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < width; ++j) {
        x[i * width + j] = row[j];
      }
    }
  });
}

// sums: [taps, width] <- sums + the products of one image and `columns` channels of its dy;
// bias_sums: [width] <- bias_sums + dy, if they are wanted.
template <class T>
void add_products(const ConvShape& s, const CanvasPlaces& places, const T* canvas, const T* dy,
                  Index columns, const std::int32_t* steps, T* panel, T* sums, double* bias_sums) {
  const Index width = tile_columns<T>(columns);
  for_blocks(s.positions(), panel_rows<T>(width), [&](Index position, Index count) {
    pack_panel(dy + position, 1, s.positions(), count, columns, width, panel);
    if (bias_sums) {
      add_panel_rows(panel, count, width, bias_sums);
    }
    for_blocks(s.taps(), tile_rows<T>(columns), [&](Index tap, Index rows) {
      Tile<T> tile{
          {}, places.positions() + position, panel, steps, count, sums + tap * width, width, true};
      for (Index i = 0; i < rows; ++i) {
        tile.a[i] = canvas + places.taps()[tap + i];
      }
      run_tile(tile, rows, columns);
    });
  });
}

}  // namespace

bool runs_in_tiles(const ConvShape& s) {
  return has_tiles() && s.window.padding.h >= 0 && s.window.padding.w >= 0 &&
         canvas_numbers(s) < kMostPlaces;
}

template <class T>
void tiled_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
                const ElementLoop* finish, T* y) {
  report_product(s.batch * s.groups * s.out, s.positions(), s.taps());
  if (is_narrow<T>(s)) {
    return is_faster_side_by_side<T>(s) ? side_by_side_conv(s, x, weight, bias, finish, y)
                                        : narrow_conv(s, x, weight, bias, finish, y);
  }
  const CanvasPlaces places(s);
  const WeightPanels<T> panels(s, weight);
  const Index images = s.batch * s.groups;
  const Index parts = std::max((s.positions() + kMostPositions - 1) / kMostPositions,
                               parts_of_tasks(images, (s.positions() + kTileRows - 1) / kTileRows));
  for_runs(images * parts, [&](Index begin, Index end) {
    const Canvas<T> canvas(s);
    const Index width = panels.width();
    const Scratch<T> sums((s.positions() / parts + 1) * width);
    for (Index task = begin; task < end; ++task) {
      const Index image = task / parts;
      const Index group = image % s.groups;
      const Index first = s.positions() * (task % parts) / parts;
      const Index count = s.positions() * (task % parts + 1) / parts - first;
      const T* const seen = canvas(x + image * s.in * s.input.h * s.input.w);
      for (Index o = 0; o < s.out; o += width) {
        const Index columns = std::min(width, s.out - o);
        T start[kTileBytes / sizeof(T)] = {};
        if (bias) {
          std::copy_n(bias + group * s.out + o, columns, start);
        }
        fill_rows(start, count, width, sums.data());
        add_positions(s, places, seen, panels, panels.panel(group, o), first, count, sums.data());
        if (finish) {
          (*finish)(sums.data(), count * width);
        }
        unpack_panel(sums.data(), width, count, columns,
                     y + (image * s.out + o) * s.positions() + first, 1, s.positions());
      }
    }
  });
}

template <class T>
void tiled_conv_weight(const ConvShape& s, const T* x, const T* dy, Index count, T* shares,
                       double* bias_shares) {
  if (has_few_channels<T>(s)) {
    return narrow_conv_weight(s, x, dy, count, shares, bias_shares);
  }
  report_product(s.groups * s.out, s.taps(), s.batch * s.positions());
  const CanvasPlaces places(s);
  const Index most = tile_sizes<T>().width;
  parallel_for(count, [&](Index share) {
    const Canvas<T> canvas(s);
    const Scratch<T> panel(kPanelBytes / Index(sizeof(T)));
    const Scratch<T> sums(s.taps() * most);
    const Scratch<std::int32_t> steps(panel_rows<T>(tile_sizes<T>().lanes));
    for (Index group = 0; group < s.groups; ++group) {
      for (Index o = 0; o < s.out; o += most) {
        const Index columns = std::min(most, s.out - o);
        const Index width = tile_columns<T>(columns);
        fill_steps(panel_rows<T>(width), width, steps.data());
        std::fill_n(sums.data(), s.taps() * width, T(0));
        double bias_sums[kTileBytes / sizeof(T)] = {};
        for (Index b = s.batch * share / count; b < s.batch * (share + 1) / count; ++b) {
          const Index image = b * s.groups + group;
          add_products(s, places, canvas(x + image * s.in * s.input.h * s.input.w),
                       dy + (image * s.out + o) * s.positions(), columns, steps.data(),
                       panel.data(), sums.data(), bias_shares ? bias_sums : nullptr);
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

ConvShape turned_shape(const ConvShape& s) {
  ConvShape t = s;
  std::swap(t.in, t.out);
  std::swap(t.input, t.output);
  const Window& w = s.window;
  t.window.padding = {(w.kernel.h - 1) * w.dilation.h - w.padding.h,
                      (w.kernel.w - 1) * w.dilation.w - w.padding.w};
  return t;
}

template <class T>
void tiled_conv_input(const ConvShape& s, const T* dy, const T* weight, T* dx) {
  // turned: [groups in, out, kernel], windows the other way round.
  const Index window = s.window.kernel.h * s.window.kernel.w;
  const Scratch<T> turned(s.groups * s.out * s.in * window);
  for (Index group = 0; group < s.groups; ++group) {
    const Index offset = group * s.out * s.taps();
    for (Index o = 0; o < s.out; ++o) {
      for (Index c = 0; c < s.in; ++c) {
        const T* const from = weight + offset + (o * s.in + c) * window;
        std::reverse_copy(from, from + window, turned.data() + offset + (c * s.out + o) * window);
      }
    }
  }
  tiled_conv<T>(turned_shape(s), dy, turned.data(), nullptr, nullptr, dx);
}

template void tiled_conv(const ConvShape&, const float*, const float*, const float*,
                         const ElementLoop*, float*);
template void tiled_conv(const ConvShape&, const double*, const double*, const double*,
                         const ElementLoop*, double*);
template void tiled_conv_input(const ConvShape&, const float*, const float*, float*);
template void tiled_conv_input(const ConvShape&, const double*, const double*, double*);
template void tiled_conv_weight(const ConvShape&, const float*, const float*, Index, float*,
                                double*);
template void tiled_conv_weight(const ConvShape&, const double*, const double*, Index, double*,
                                double*);

}  // namespace gradus::core
