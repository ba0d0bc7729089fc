#include <gradus/core/conv_shape.h>

#include <algorithm>

namespace gradus::core {
namespace {

// The size of an image or a kernel, behind the first two dimensions.
Size2 area(const Shape& shape, bool one_dimension) {
  return one_dimension ? Size2{1, shape[2]} : Size2{shape[2], shape[3]};
}

// What both kinds ask of shapes; reads the kernel from weight.
void check_shapes(const char* where, const Shape& x, const Shape& weight, const char* weight_sizes,
                  Window& window, Index groups) {
  const int rank = window.one_dimension ? 3 : 4;
  require<ShapeError>(
      x.rank() == rank && weight.rank() == rank, where, ": x must be [batch, channels, ",
      window.one_dimension ? "length" : "height, width", "] and weight [", weight_sizes, ", ",
      window.one_dimension ? "kernel" : "kernel height, kernel width", "], got ", x, " and ",
      weight);
  require<ShapeError>(
      std::all_of(x.begin() + 1, x.end(), [](Index size) { return size >= 1; }) &&
          std::all_of(weight.begin(), weight.end(), [](Index size) { return size >= 1; }),
      where, ": no size but the batch may be 0, got x ", x, " and weight ", weight);
  require<ShapeError>(
      std::all_of(x.begin() + 2, x.end(), [](Index size) { return size <= kMaxSide; }), where,
      ": sides of images must be at most ", kMaxSide, ", got x ", x);
  window.kernel = area(weight, window.one_dimension);
  check_window(where, window);
  require(groups >= 1, where, ": groups must be at least 1, got ", groups);
}

// Throws ShapeError where images cannot be counted, which those of an empty batch must be, too.
void check_images(const ConvShape& s) {
  count(s.x_shape());
  count(s.y_shape());
}

}  // namespace

ConvShape conv_shape(const char* where, const Shape& x, const Shape& weight, Window window,
                     Index groups) {
  check_shapes(where, x, weight, "out, channels / groups", window, groups);
  require<ShapeError>(x[1] % groups == 0 && x[1] / groups == weight[1], where,
                      ": channels of x must be groups times those of weight, got x ", x,
                      ", weight ", weight, " and groups ", groups);
  require<ShapeError>(weight[0] % groups == 0, where,
                      ": groups must divide the out channels of weight, got ", groups, " and ",
                      weight);
  ConvShape s;
  s.window = window;
  s.batch = x[0];
  s.groups = groups;
  s.in = weight[1];
  s.out = weight[0] / groups;
  s.input = area(x, window.one_dimension);
  s.output = window_places(where, window, s.input, x);
  check_images(s);
  return s;
}

ConvShape conv_transpose_shape(const char* where, const Shape& x, const Shape& weight,
                               Window window, Index groups, const Size2& output_padding) {
  check_shapes(where, x, weight, "channels, out / groups", window, groups);
  require<ShapeError>(x[1] == weight[0], where,
                      ": channels of x must be the first size of weight, got x ", x, " and weight ",
                      weight);
  require<ShapeError>(x[1] % groups == 0, where, ": groups must divide the channels of x, got ",
                      groups, " and ", x);
  const auto fits = [](Index extra, Index stride, Index dilation) {
    return extra >= 0 && extra < std::max(stride, dilation);
  };
  require(fits(output_padding.h, window.stride.h, window.dilation.h) &&
              fits(output_padding.w, window.stride.w, window.dilation.w),
          where, ": output_padding must be at least 0 and below stride or dilation, got ",
          window.show(output_padding), " with stride ", window.show(window.stride),
          " and dilation ", window.show(window.dilation));
  ConvShape s;
  s.window = window;
  s.batch = x[0];
  s.groups = groups;
  s.in = weight[1];
  s.out = x[1] / groups;
  s.output = area(x, window.one_dimension);
  const Size2 extent = window.extent();
  const auto size = [](Index places, Index stride, Index padding, Index reach, Index extra) {
    return (places - 1) * stride - 2 * padding + reach + extra;
  };
  s.input = {size(s.output.h, window.stride.h, window.padding.h, extent.h, output_padding.h),
             size(s.output.w, window.stride.w, window.padding.w, extent.w, output_padding.w)};
  require<ShapeError>(s.input.h >= 1 && s.input.w >= 1, where,
                      ": padding must leave an output of at least 1, got output ",
                      window.show(s.input), " of x ", x, ", weight ", weight, " and padding ",
                      window.show(window.padding));
  check_images(s);
  return s;
}

}  // namespace gradus::core
