#include <gradus/core/pool.h>

#include <algorithm>

namespace gradus::core {
namespace {

void check_images(const char* where, const Shape& x, bool one_dimension) {
  require<ShapeError>(x.rank() == (one_dimension ? 3 : 4), where, ": x must be [batch, channels, ",
                      one_dimension ? "length" : "height, width", "], got ", x);
  require<ShapeError>(std::all_of(x.begin() + 1, x.end(), [](Index size) { return size >= 1; }),
                      where, ": no size of x but the batch may be 0, got ", x);
  require<ShapeError>(
      std::all_of(x.begin() + 2, x.end(), [](Index size) { return size <= kMostPoolPlaces; }),
      where, ": images must have at most ", kMostPoolPlaces, " places along a side, got ", x);
}

PoolAxis axis(Index size, Index places, Index kernel, Index stride, Index padding, Index dilation,
              bool count_padding) {
  PoolAxis a{.size = size, .step = dilation};
  for (Index p = 0; p < places; ++p) {
    const Index first = p * stride - padding;
    const Index last = first + dilation * (kernel - 1);
    // The first of first, first + dilation, ... that is not negative.
    const Index begin = first >= 0 ? first : first + (dilation - 1 - first) / dilation * dilation;
    const Index end = std::min(size, last + 1);
    a.begin.push_back(begin);
    a.end.push_back(end);
    // Padding counts, but not what lies beyond it.
    a.divisor.push_back(
        double(count_padding ? std::min(first + kernel, size + padding) - first : end - begin));
  }
  return a;
}

bool sees_something(const PoolAxis& a) {
  return std::equal(a.begin.begin(), a.begin.end(), a.end.begin(), std::less<>());
}

PoolAxis adaptive_axis(Index size, Index places) {
  PoolAxis a{.size = size};
  for (Index p = 0; p < places; ++p) {
    a.begin.push_back(p * size / places);
    a.end.push_back(((p + 1) * size + places - 1) / places);
    a.divisor.push_back(double(a.end.back() - a.begin.back()));
  }
  return a;
}

}  // namespace

PoolAxes pool_axes(const char* where, const Shape& x, const Window& window, bool count_padding) {
  check_images(where, x, window.one_dimension);
  check_window(where, window);
  require(window.padding.h <= window.kernel.h / 2 && window.padding.w <= window.kernel.w / 2, where,
          ": padding must be at most half of the kernel, got padding ", window.show(window.padding),
          " and kernel ", window.show(window.kernel));
  const Size2 image{window.one_dimension ? 1 : x[2], x[x.rank() - 1]};
  const Size2 places = window_places(where, window, image, x);
  const PoolAxes axes{axis(image.h, places.h, window.kernel.h, window.stride.h, window.padding.h,
                           window.dilation.h, count_padding),
                      axis(image.w, places.w, window.kernel.w, window.stride.w, window.padding.w,
                           window.dilation.w, count_padding)};
  require<ShapeError>(sees_something(axes.h) && sees_something(axes.w), where,
                      ": every window must see a part of the image, got dilation ",
                      window.show(window.dilation), " and padding ", window.show(window.padding),
                      " on ", x);
  return axes;
}

PoolAxes adaptive_axes(const char* where, const Shape& x, const Size2& output) {
  check_images(where, x, false);
  require(std::min(output.h, output.w) >= 1 && std::max(output.h, output.w) <= kMostPoolPlaces,
          where, ": output must be from 1 to ", kMostPoolPlaces, ", got ", output, " for x ", x);
  return {adaptive_axis(x[2], output.h), adaptive_axis(x[3], output.w)};
}

}  // namespace gradus::core
