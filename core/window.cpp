#include <gradus/core/window.h>

#include <algorithm>

namespace gradus {

std::string to_text(const Size2& size) { return to_text(Shape{size.h, size.w}); }

namespace core {
namespace {

// The count of windows on one side of the image.
Index places_on(Index size, Index extent, Index stride, Index padding, bool ceil_mode) {
  const Index room = size + 2 * padding - extent;
  if (!ceil_mode) {
    return room / stride + 1;
  }
  const Index places = (room + stride - 1) / stride + 1;
  return (places - 1) * stride < size + padding ? places : places - 1;
}

}  // namespace

std::string Window::show(const Size2& size) const {
  return one_dimension ? std::to_string(size.w) : to_text(size);
}

void check_window(const char* where, const Window& window) {
  const auto check = [&](const char* argument, const Size2& size, Index least) {
    require(std::min(size.h, size.w) >= least && std::max(size.h, size.w) <= kMaxSide, where, ": ",
            argument, " must be from ", least, " to ", kMaxSide, ", got ", window.show(size));
  };
  check("kernel", window.kernel, 1);
  check("stride", window.stride, 1);
  check("padding", window.padding, 0);
  check("dilation", window.dilation, 1);
}

Size2 window_places(const char* where, const Window& window, const Size2& image, const Shape& x) {
  const Size2 extent = window.extent();
  const Size2 room{image.h + 2 * window.padding.h, image.w + 2 * window.padding.w};
  const Size2 over = window.ceil_mode ? Size2(window.stride.h - 1, window.stride.w - 1) : Size2(0);
  require<ShapeError>(extent.h <= room.h + over.h && extent.w <= room.w + over.w, where,
                      ": kernel must fit into the padded input, got kernel ",
                      window.show(window.kernel), " with dilation ", window.show(window.dilation),
                      " on ", x, " with padding ", window.show(window.padding));
  return {places_on(image.h, extent.h, window.stride.h, window.padding.h, window.ceil_mode),
          places_on(image.w, extent.w, window.stride.w, window.padding.w, window.ceil_mode)};
}

}  // namespace core
}  // namespace gradus
