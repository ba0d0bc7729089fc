#include <gradus/core/view.h>

#include <algorithm>

namespace gradus::core {
namespace {

Tensor view(const Tensor& x, const Shape& shape, const Shape& strides, Index offset) {
  return {x.storage_ref(), shape, strides, offset, x.dtype()};
}

Shape resolve(const Tensor& x, Shape shape) {
  const Shape asked = shape;
  int unknown = -1;
  Index known = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    require<ShapeError>(shape[d] >= -1, "reshape: sizes must be at least 0, or -1 once, got ",
                        asked);
    if (shape[d] == -1) {
      require<ShapeError>(unknown < 0, "reshape: only one size may be -1, got ", asked);
      unknown = d;
      shape[d] = 1;
    }
  }
  known = count(shape);
  if (unknown >= 0) {
    require<ShapeError>(known > 0 && x.numel() % known == 0, "reshape: cannot infer -1 in ", asked,
                        " for a tensor of shape ", x.shape());
    shape[unknown] = x.numel() / known;
  }
  require<ShapeError>(count(shape) == x.numel(), "reshape: ", asked,
                      " must hold as many elements as ", x.shape(), ", got ", count(shape), " and ",
                      x.numel());
  return shape;
}

// Strides under which `shape` walks x's elements in order, if there are any: each run of x's
// dimensions that is itself dense may be cut anew.
bool strides_for(const Tensor& x, const Shape& shape, Shape& strides) {
  strides = shape;
  int d = shape.rank() - 1;
  for (int last = x.rank() - 1; last >= 0;) {
    int first = last;
    Index run = x.shape()[last];
    while (first > 0 && (x.shape()[first - 1] == 1 || run == 1 ||
                         x.strides()[first - 1] == x.strides()[last] * run)) {
      // A run of size 1 so far has no stride of its own yet.
      if (run == 1) {
        last = first - 1;
      }
      run *= x.shape()[--first];
    }
    Index step = x.strides()[last];
    Index filled = 1;
    while (d >= 0 && (filled < run || shape[d] == 1)) {
      strides[d] = step;
      step *= shape[d];
      filled *= shape[d];
      --d;
    }
    if (filled != run) {
      return false;
    }
    last = first - 1;
  }
  return true;
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
  const Shape resolved = resolve(x, shape);
  if (x.is_contiguous()) {
    return view(x, resolved, dense_strides(resolved), x.offset());
  }
  Shape strides;
  if (x.numel() > 0 && strides_for(x, resolved, strides)) {
    return view(x, resolved, strides, x.offset());
  }
  return reshape(x.clone(), resolved);
}

Tensor transpose(const Tensor& x, Index dim0, Index dim1) {
  const int a = wrap_dim("transpose", dim0, x.rank());
  const int b = wrap_dim("transpose", dim1, x.rank());
  if (x.rank() == 0) {
    return view(x, x.shape(), x.strides(), x.offset());
  }
  Shape shape = x.shape();
  Shape strides = x.strides();
  std::swap(shape[a], shape[b]);
  std::swap(strides[a], strides[b]);
  return view(x, shape, strides, x.offset());
}

Tensor permute(const Tensor& x, const std::vector<Index>& order) {
  const auto listed = [&] { return Shape(order.data(), std::min<std::size_t>(order.size(), 8)); };
  require<ShapeError>(static_cast<int>(order.size()) == x.rank(),
                      "permute: order must name each dimension of ", x.shape(), " once, got ",
                      listed());
  Shape shape = x.shape();
  Shape strides = x.strides();
  unsigned seen = 0;
  for (int d = 0; d < x.rank(); ++d) {
    const int from = wrap_dim("permute", order[static_cast<std::size_t>(d)], x.rank());
    require<ShapeError>((seen >> from & 1U) == 0, "permute: order must name each dimension of ",
                        x.shape(), " once, got ", listed());
    seen |= 1U << from;
    shape[d] = x.shape()[from];
    strides[d] = x.strides()[from];
  }
  return view(x, shape, strides, x.offset());
}

Tensor slice(const Tensor& x, Index dim, Index start, Index stop, Index step) {
  require<ShapeError>(x.rank() > 0, "slice: tensor must have a dimension, got shape []");
  const int d = wrap_dim("slice", dim, x.rank());
  require(step >= 1, "slice: step must be at least 1, got ", step);
  const Index size = x.shape()[d];
  const auto clamp = [size](Index at) {
    return std::clamp<Index>(at < 0 ? at + size : at, 0, size);
  };
  const Index first = clamp(start);
  const Index length = std::max<Index>(clamp(stop) - first, 0);
  Shape shape = x.shape();
  Shape strides = x.strides();
  shape[d] = length / step + (length % step != 0);
  // An empty or one-element result never takes a step, so a huge one cannot overflow the stride.
  strides[d] = shape[d] > 1 ? strides[d] * step : strides[d];
  return view(x, shape, strides, shape[d] > 0 ? x.offset() + first * x.strides()[d] : x.offset());
}

Tensor select(const Tensor& x, Index dim, Index index) {
  require<ShapeError>(x.rank() > 0, "select: tensor must have a dimension, got shape []");
  const int d = wrap_dim("select", dim, x.rank());
  const Index size = x.shape()[d];
  require<IndexError>(index >= -size && index < size, "select: index must be from ", -size, " to ",
                      size - 1, " along dimension ", d, " of ", x.shape(), ", got ", index);
  Shape shape = x.shape();
  Shape strides = x.strides();
  shape.erase(d);
  strides.erase(d);
  return view(x, shape, strides, x.offset() + (index < 0 ? index + size : index) * x.strides()[d]);
}

Tensor expand(const Tensor& x, const Shape& shape) {
  count(shape);
  require<ShapeError>(broadcasts_to(x.shape(), shape), "expand: ", x.shape(),
                      " must broadcast to the shape asked for, got ", shape);
  Shape strides = shape;
  const int lead = shape.rank() - x.rank();
  for (int d = 0; d < shape.rank(); ++d) {
    const bool stretched = d < lead || (x.shape()[d - lead] == 1 && shape[d] != 1);
    strides[d] = stretched ? 0 : x.strides()[d - lead];
  }
  return view(x, shape, strides, x.offset());
}

Tensor squeeze(const Tensor& x, Index dim) {
  const int d = wrap_dim("squeeze", dim, x.rank());
  require<ShapeError>(d < x.rank() && x.shape()[d] == 1, "squeeze: dimension ", d,
                      " must have size 1, got shape ", x.shape());
  Shape shape = x.shape();
  Shape strides = x.strides();
  shape.erase(d);
  strides.erase(d);
  return view(x, shape, strides, x.offset());
}

Tensor unsqueeze(const Tensor& x, Index dim) {
  const int d = wrap_dim("unsqueeze", dim, x.rank() + 1);
  Shape shape = x.shape();
  Shape strides = x.strides();
  shape.insert(d, 1);
  strides.insert(d, 1);
  return view(x, shape, strides, x.offset());
}

}  // namespace gradus::core
