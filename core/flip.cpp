// Elements in reverse order, and the triangle of core/index.h.
#include <gradus/core/index.h>

namespace gradus::core {

Tensor flip(const Tensor& x, const std::vector<Index>& dims) {
  Tensor y = x;
  unsigned seen_dims = 0;
  for (const Index dim : dims) {
    const int d = wrap_dim("flip", dim, x.rank());
    require((seen_dims >> d & 1U) == 0, "flip: dims must differ, got ", dim, " twice");
    seen_dims |= 1U << d;
  }
  if (dims.empty() || x.rank() == 0 || x.numel() == 0) {
    return x.clone();
  }
  for (const Index dim : dims) {
    const int d = wrap_dim("flip", dim, x.rank());
    std::vector<std::int64_t> back(static_cast<std::size_t>(x.shape()[d]));
    for (std::size_t i = 0; i < back.size(); ++i) {
      back[i] = static_cast<std::int64_t>(back.size() - 1 - i);
    }
    y = index_select(y, d, from_vector(back, {x.shape()[d]}));
  }
  return y;
}

Tensor lower_triangle(Index rows, Index columns, Index diagonal) {
  Tensor mask({rows, columns}, u8);
  auto* to = mask.mutable_data<std::uint8_t>();
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      to[i * columns + j] = j - i <= diagonal;
    }
  }
  return mask;
}

}  // namespace gradus::core
