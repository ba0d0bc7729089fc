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

// Into how many parts each image of a group is cut.
Index parts_of_images(const ConvShape& s) {
  return std::max((s.positions() + kMostPositions - 1) / kMostPositions,
                  parts_of_tasks(s.batch * s.groups, (s.positions() + kTileRows - 1) / kTileRows));
}

// The weight of a group in panels [taps, width] of its channels.
template <class T>
class WeightPanels {
 public:
  WeightPanels(const ConvShape& s, const T* weight)
      : s_(s),
        width_(tile_columns<T>(std::min(s.out, tile_sizes<T>().width))),
        panels_((s.out + width_ - 1) / width_),
        data_(s.groups * panels_ * s.taps() * width_) {
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

 private:
  const ConvShape& s_;
  Index width_;
  Index panels_;
  Scratch<T> data_;
};

// sums: [count, width] of positions first, ... <- sums + what a panel's channels make of them.
template <class T>
void add_positions(const ConvShape& s, const CanvasPlaces& places, const T* canvas,
                   const WeightPanels<T>& weight, const T* panel, Index first, Index count,
                   T* sums) {
  const Index width = weight.width();
  TilesOf<T> tiles(width);
  for_blocks(s.taps(), panel_rows<T>(width), [&](Index tap, Index taps) {
    for_blocks(count, tile_rows<T>(width), [&](Index position, Index rows) {
      Tile<T> tile{{},
                   places.taps() + tap,
                   panel + tap * width,
                   nullptr,
                   width,
                   taps,
                   sums + position * width,
                   width,
                   true};
      for (Index i = 0; i < rows; ++i) {
        tile.a[i] = canvas + places.positions()[first + position + i];
      }
      tiles.run(tile, rows);
    });
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

}  // namespace

bool runs_in_tiles(const ConvShape& s) {
  return has_tiles() && s.window.padding.h >= 0 && s.window.padding.w >= 0 &&
         canvas_numbers(s) < kMostPlaces;
}

template <class T>
bool goes_by_images(const ConvShape& s) {
  return !is_narrow<T>(s) && parts_of_images(s) == 1;
}

template <class T>
void tiled_conv(const ConvShape& s, const PlanesIn<T>& x, const T* weight, const T* bias,
                const ElementLoop* finish, const PlanesOut<T>& y) {
  report_product(s.batch * s.groups * s.out, s.positions(), s.taps());
  if (is_narrow<T>(s)) {
    return is_faster_side_by_side<T>(s) ? side_by_side_conv(s, x.all, weight, bias, finish, y.all)
                                        : narrow_conv(s, x.all, weight, bias, finish, y.all);
  }
  const CanvasPlaces places(s);
  const WeightPanels<T> panels(s, weight);
  const Index images = s.batch * s.groups;
  // What is made or taken are whole planes.
  const Index parts = x.all && y.all ? parts_of_images(s) : 1;
  for_runs(images * parts, [&](Index begin, Index end) {
    const Canvas<T> canvas(s);
    const Index width = panels.width();
    const Scratch<T> sums((s.positions() / parts + 1) * width);
    const Scratch<T> made(x.buffer(s.in));
    const Scratch<T> taken(y.buffer(std::min(width, s.out)));
    for (Index task = begin; task < end; ++task) {
      const Index image = task / parts;
      const Index group = image % s.groups;
      const Index first = s.positions() * (task % parts) / parts;
      const Index count = s.positions() * (task % parts + 1) / parts - first;
      const T* const seen = canvas(x(image * s.in, s.in, made.data()));
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
        y(image * s.out + o, columns, taken.data(), [&](T* to) {
          unpack_panel(sums.data(), width, count, columns, to + first, 1, s.positions());
        });
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
void tiled_conv_input(const ConvShape& s, const PlanesIn<T>& dy, const T* weight, T* dx) {
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
  tiled_conv<T>(turned_shape(s), dy, turned.data(), nullptr, nullptr, {s.input.h * s.input.w, dx});
}

template bool goes_by_images<float>(const ConvShape&);
template bool goes_by_images<double>(const ConvShape&);
template void tiled_conv(const ConvShape&, const PlanesIn<float>&, const float*, const float*,
                         const ElementLoop*, const PlanesOut<float>&);
template void tiled_conv(const ConvShape&, const PlanesIn<double>&, const double*, const double*,
                         const ElementLoop*, const PlanesOut<double>&);
template void tiled_conv_input(const ConvShape&, const PlanesIn<float>&, const float*, float*);
template void tiled_conv_input(const ConvShape&, const PlanesIn<double>&, const double*, double*);

}  // namespace gradus::core
