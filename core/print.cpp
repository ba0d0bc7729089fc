// How a tensor reads as text.
#include <gradus/core/tensor.h>

#include <algorithm>
#include <charconv>

namespace gradus {
namespace {

// Of a dimension longer than twice this only the two ends are shown.
constexpr Index kEnds = 3;

std::string number(const Tensor& x, Index at) {
  return visit_any(x.dtype(), [&](auto zero) -> std::string {
    const auto value = x.data<decltype(zero)>()[at];
    if (value != value) {
      return "nan";  // without the sign, which means nothing
    }
    // Unlike printf, the same in every locale.
    char text[32];
    char* const last = text + sizeof text;
    if constexpr (std::is_floating_point_v<decltype(zero)>) {
      return {text, std::to_chars(text, last, value, std::chars_format::general, 6).ptr};
    } else {
      return {text, std::to_chars(text, last, std::int64_t{value}).ptr};
    }
  });
}

// Numbers are padded to one width, so that columns stand below each other.
void print(const Tensor& x, int dim, Index at, std::size_t width, bool shorten, std::string& text) {
  if (dim == x.rank()) {
    const std::string value = number(x, at);
    text += std::string(value.size() < width ? width - value.size() : 0, ' ') + value;
    return;
  }
  const Index size = x.shape()[dim];
  text += '[';
  for (Index i = 0; i < size; ++i) {
    if (i > 0) {
      text +=
          dim + 1 == x.rank() ? ", " : ",\n" + std::string(static_cast<std::size_t>(dim) + 8, ' ');
    }
    if (shorten && size > 2 * kEnds && i == kEnds) {
      text += "...";
      i = size - kEnds - 1;
      continue;
    }
    print(x, dim + 1, at + i * x.strides()[dim], width, shorten, text);
  }
  text += ']';
}

void widest(const Tensor& x, int dim, Index at, bool shorten, std::size_t& width) {
  if (dim == x.rank()) {
    width = std::max(width, number(x, at).size());
    return;
  }
  const Index size = x.shape()[dim];
  for (Index i = 0; i < size; ++i) {
    if (shorten && size > 2 * kEnds && i == kEnds) {
      i = size - kEnds;
    }
    widest(x, dim + 1, at + i * x.strides()[dim], shorten, width);
  }
}

}  // namespace

std::string to_text(const Tensor& x) {
  if (!x) {
    return "tensor(undefined)";
  }
  std::string text = "tensor(";
  if (x.numel() == 0) {
    text += "[]";
  } else {
    const bool shorten = x.numel() > 1000;
    std::size_t width = 0;
    widest(x, 0, 0, shorten, width);
    print(x, 0, 0, x.rank() == 0 ? 0 : width, shorten, text);
  }
  if (x.numel() == 0 || x.numel() > 1000) {
    text += ", shape " + to_text(x.shape());
  }
  if (x.dtype() != f32) {
    text += ", " + to_text(x.dtype());
  }
  return text + (x.requires_grad() ? ", requires_grad)" : ")");
}

}  // namespace gradus
