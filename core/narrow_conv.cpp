#include <gradus/core/blocks.h>
#include <gradus/core/laid_out.h>
#include <gradus/core/narrow_conv.h>
#include <gradus/core/parallel.h>
#include <gradus/core/tile.h>
#include <gradus/core/vectorized.h>

#include <algorithm>

namespace gradus::core {
namespace {

// Bytes of the copies that a block of taps sees: they stay in the first-level cache.
constexpr Index kBlockBytes = 24576;

// Places begin to end of one image of y.
template <class T>
void convolve(const ConvShape& s, const TapPlaces& taps, const std::int32_t* steps,
              const T* laid_out, const T* weight, const T* bias, Index begin, Index end, T* y) {
  T buffer[kMostTileRows * kTileBytes / sizeof(T)];
  vectorized([&]() __attribute__((always_inline)) {
    for (Index o = 0; o < s.out; ++o) {
      std::fill(y + o * s.positions() + begin, y + o * s.positions() + end, bias ? bias[o] : T(0));
    }
  });
  const Index window = s.taps() / s.in;
  for (Index place = begin; place < end; place += tile_sizes<T>().width) {
    const Index columns = std::min(tile_sizes<T>().width, end - place);
    const Index width = tile_columns<T>(columns);
    const bool direct = columns == width;
    TilesOf<T> tiles(columns);
    const Index seen = (width + taps.height() * s.output.w) * Index(sizeof(T));
    const Index channels = std::max<Index>(kBlockBytes / (seen * s.window.kernel.w), 1);
    for_blocks(s.in, channels, [&](Index channel, Index count) {
      for_blocks(s.out, tile_rows<T>(columns), [&](Index row, Index rows) {
        T* const to = y + row * s.positions() + place;
        Tile<T> tile{{},  steps,          laid_out + place,     taps.data() + channel * window,
                     0,   count * window, direct ? to : buffer, direct ? s.positions() : width,
                     true};
        for (Index i = 0; i < rows; ++i) {
          tile.a[i] = weight + (row + i) * s.taps() + channel * window;
        }
        if (!direct) {
          copy_rows(to, s.positions(), rows, columns, buffer, width);
        }
        tiles.run(tile, rows);
        if (!direct) {
          copy_rows(buffer, width, rows, columns, to, s.positions());
        }
      });
    });
  }
}

}  // namespace

template <class T>
bool is_narrow(const ConvShape& s) {
  return s.window.stride == Size2(1) && s.out <= tile_sizes<T>().lanes &&
         laid_out_numbers(s) < kMostPlaces;
}

template <class T>
void narrow_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
                 const ElementLoop* finish, T* y) {
  const TapPlaces taps(s);
  const Scratch<std::int32_t> steps(s.taps());
  fill_steps(s.taps(), 1, steps.data());
  const Index images = s.batch * s.groups;
  const Index width = tile_sizes<T>().width;
  const Index units = (s.positions() + width - 1) / width;
  const Index parts = parts_of_tasks(images, units);
  for_runs(images * parts, [&](Index begin, Index end) {
    const LaidOut<T> laid_out(s, width);
    for (Index task = begin; task < end; ++task) {
      const Index image = task / parts;
      const Index part = task % parts;
      const Index group = image % s.groups;
      const Index first = units * part / parts * width;
      const Index last = std::min(s.positions(), units * (part + 1) / parts * width);
      T* const to = y + image * s.out * s.positions();
      convolve(s, taps, steps.data(), laid_out(x, image, images), weight + group * s.out * s.taps(),
               bias ? bias + group * s.out : nullptr, first, last, to);
      for (Index o = 0; o < s.out && finish; ++o) {
        (*finish)(to + o * s.positions() + first, last - first);
      }
    }
  });
}

template bool is_narrow<float>(const ConvShape&);
template bool is_narrow<double>(const ConvShape&);
template void narrow_conv(const ConvShape&, const float*, const float*, const float*,
                          const ElementLoop*, float*);
template void narrow_conv(const ConvShape&, const double*, const double*, const double*,
                          const ElementLoop*, double*);

}  // namespace gradus::core
