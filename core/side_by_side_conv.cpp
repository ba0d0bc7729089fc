#include <gradus/core/blocks.h>
#include <gradus/core/panel.h>
#include <gradus/core/parallel.h>
#include <gradus/core/scratch.h>
#include <gradus/core/side_by_side_conv.h>
#include <gradus/core/tile.h>

#include <algorithm>
#include <vector>

namespace gradus::core {
namespace {

// Taps of a tile at most.
constexpr Index kMostTaps = 256;
// Bytes that a window sees in a block of channels: they stay in the first-level cache.
constexpr Index kWindowBytes = 24576;
// Bytes of a block of images and of what they give: about what the second-level cache holds.
constexpr double kBlockBytes = 1 << 21;

// Neighbouring positions along an axis, whose windows see the image with the same taps.
struct Run {
  Index first, last;  // positions, without the last
  Index begin, end;   // taps, without the last
};

std::vector<Run> runs_of(Index input, Index output, Index kernel, Index padding, Index dilation) {
  std::vector<Run> runs;
  // The first tap that sees something at `from` or beyond it.
  const auto tap = [&](Index from) {
    return std::min((std::max<Index>(from, 0) + dilation - 1) / dilation, kernel);
  };
  for (Index p = 0; p < output; ++p) {
    const Index begin = tap(padding - p);
    const Index end = std::max(begin, tap(padding - p + input));
    if (runs.empty() || runs.back().begin != begin || runs.back().end != end) {
      runs.push_back({p, p, begin, end});
    }
    ++runs.back().last;
  }
  return runs;
}

struct Runs {
  std::vector<Run> h, w;
  explicit Runs(const ConvShape& s)
      : h(runs_of(s.input.h, s.output.h, s.window.kernel.h, s.window.padding.h,
                  s.window.dilation.h)),
        w(runs_of(s.input.w, s.output.w, s.window.kernel.w, s.window.padding.w,
                  s.window.dilation.w)) {}
};

// Pairs of a position and a tap that sees the image.
double seen_pairs(const std::vector<Run>& runs) {
  double pairs = 0;
  for (const Run& run : runs) {
    pairs += double(run.last - run.first) * double(run.end - run.begin);
  }
  return pairs;
}

// Channels whose taps are one tile.
Index channels_of_tile(const ConvShape& s, Index image_bytes) {
  const Index window = s.window.kernel.h * s.window.kernel.w;
  return std::max<Index>(std::min(kMostTaps, kWindowBytes / image_bytes) / window, 1);
}

// y: [out, output, width] <- y + the convolution of x: [in, input, width] at the positions of two
// runs.
template <class T>
void add_run(const ConvShape& s, const Run& h, const Run& w, const T* x, Index width,
             const T* weight, T* y) {
  const Window& window = s.window;
  const Index block = channels_of_tile(s, width * Index(sizeof(T)));
  std::int32_t weight_at[kMostTaps];
  std::int32_t x_at[kMostTaps];
  Index taps = 0;
  for (Index channel = 0; channel < std::min(block, s.in); ++channel) {
    for (Index i = h.begin; i < h.end; ++i) {
      for (Index j = w.begin; j < w.end; ++j, ++taps) {
        const Index row = channel * s.input.h + (i - h.begin) * window.dilation.h;
        weight_at[taps] =
            static_cast<std::int32_t>((channel * window.kernel.h + i) * window.kernel.w + j);
        x_at[taps] = static_cast<std::int32_t>(
            (row * s.input.w + (j - w.begin) * window.dilation.w) * width);
      }
    }
  }
  const Index seen = (h.end - h.begin) * (w.end - w.begin);  // taps of a channel
  if (seen == 0) {
    return;
  }
  TilesOf<T> tiles(width);
  for (Index r = h.first; r < h.last; ++r) {
    const Index top = r - window.padding.h + h.begin * window.dilation.h;
    for_blocks(s.in, block, [&](Index channel, Index channels) {
      for (Index q = w.first; q < w.last; ++q) {
        const Index left = q - window.padding.w + w.begin * window.dilation.w;
        const T* const from = x + ((channel * s.input.h + top) * s.input.w + left) * width;
        for_blocks(s.out, tile_rows<T>(width), [&](Index row, Index rows) {
          Tile<T> tile{{},
                       weight_at,
                       from,
                       x_at,
                       0,
                       channels * seen,
                       y + (row * s.positions() + r * s.output.w + q) * width,
                       s.positions() * width,
                       true};
          for (Index i = 0; i < rows; ++i) {
            tile.a[i] = weight + ((row + i) * s.in + channel) * window.kernel.h * window.kernel.w;
          }
          tiles.run(tile, rows);
        });
      }
    });
  }
}

// Images of a block: as many as the widest tile has, or fewer, so that more threads have a block.
template <class T>
Index images_of_block(const ConvShape& s) {
  const auto [lanes, width] = tile_sizes<T>();
  Index images = width;
  while (images > lanes && (s.batch + images - 1) / images * s.groups < num_threads()) {
    images /= 2;
  }
  return images;
}

}  // namespace

template <class T>
bool is_faster_side_by_side(const ConvShape& s) {
  const auto [lanes, width] = tile_sizes<T>();
  const Size2 kernel = s.window.kernel;
  const double turned =
      double(s.in) * double(s.input.h * s.input.w) + double(s.out) * double(s.positions());
  if (s.window.stride != Size2(1) || s.batch < 2 * lanes || kernel.h * kernel.w > kMostTaps ||
      turned * double(width) * sizeof(T) > kBlockBytes) {
    return false;
  }
  // Processor cycles of an image, roughly; the narrow tiles' last one may be half empty, and they
  // read an image as it is where nothing is around it and windows are one number wide.
  const Runs runs(s);
  const double row = double(s.in * s.out) / double(2 * lanes);
  const double blocks = double((s.positions() + width - 1) / width);
  const bool is_copied = kernel.w > 1 || s.canvas() != s.input;
  const double copied = is_copied ? double(s.in * kernel.w * s.input.h) : 0;
  return seen_pairs(runs.h) * seen_pairs(runs.w) * row + 0.6 * turned <
         double(kernel.h * kernel.w) * blocks * double(width) * row + 5 * copied;
}

template <class T>
void side_by_side_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
                       const ElementLoop* finish, T* y) {
  const Runs runs(s);
  const Index most = images_of_block<T>(s);
  const Index blocks = (s.batch + most - 1) / most;
  const Index x_numbers = s.in * s.input.h * s.input.w;
  const Index y_numbers = s.out * s.positions();
  parallel_for(blocks * s.groups, [&](Index task) {
    const Index group = task % s.groups;
    const Index first = task / s.groups * most;
    const Index count = std::min(most, s.batch - first);
    const Index width = tile_columns<T>(count);
    const Scratch<T> images(x_numbers * width);
    const Scratch<T> sums(y_numbers * width);
    pack_panel(x + (first * s.groups + group) * x_numbers, 1, s.groups * x_numbers, x_numbers,
               count, width, images.data());
    for (Index o = 0; o < s.out; ++o) {
      std::fill_n(sums.data() + o * s.positions() * width, s.positions() * width,
                  bias ? bias[group * s.out + o] : T(0));
    }
    for (const Run& h : runs.h) {
      for (const Run& w : runs.w) {
        add_run(s, h, w, images.data(), width, weight + group * s.out * s.taps(), sums.data());
      }
    }
    if (finish) {
      (*finish)(sums.data(), y_numbers * width);
    }
    unpack_panel(sums.data(), width, y_numbers, count, y + (first * s.groups + group) * y_numbers,
                 1, s.groups * y_numbers);
  });
}

template bool is_faster_side_by_side<float>(const ConvShape&);
template bool is_faster_side_by_side<double>(const ConvShape&);
template void side_by_side_conv(const ConvShape&, const float*, const float*, const float*,
                                const ElementLoop*, float*);
template void side_by_side_conv(const ConvShape&, const double*, const double*, const double*,
                                const ElementLoop*, double*);

}  // namespace gradus::core
