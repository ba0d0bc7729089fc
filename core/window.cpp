#include <gradus/core/window.h>

#include <algorithm>

namespace gradus {

std::string to_text(const Size2& size) { return to_text(Shape{size.h, size.w}); }

namespace core {

std::string Window::show(const Size2& size) const {
  return one_dimension ? std::to_string(size.w) : to_text(size);
}

void check_window(const char* where, const Window& window) {
  constexpr Index kMost = 0x7fffffff;
  const auto check = [&](const char* argument, const Size2& size, Index least) {
    require(std::min(size.h, size.w) >= least && std::max(size.h, size.w) <= kMost, where, ": ",
            argument, " must be from ", least, " to ", kMost, ", got ", window.show(size));
  };
  check("kernel", window.kernel, 1);
  check("stride", window.stride, 1);
  check("padding", window.padding, 0);
  check("dilation", window.dilation, 1);
}

Size2 window_places(const char* where, const Window& window, const Size2& image, const Shape& x) {
  const Size2 extent = window.extent();
  const Size2 room{image.h + 2 * window.padding.h, image.w + 2 * window.padding.w};
  require<ShapeError>(extent.h <= room.h && extent.w <= room.w, where,
                      ": kernel must fit into the padded input, got kernel ",
                      window.show(window.kernel), " with dilation ", window.show(window.dilation),
                      " on ", x, " with padding ", window.show(window.padding));
  return {(room.h - extent.h) / window.stride.h + 1, (room.w - extent.w) / window.stride.w + 1};
}

}  // namespace core
}  // namespace gradus
