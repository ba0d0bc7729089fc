#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/representable.h>
#include <gradus/core/view.h>

#include <algorithm>

namespace gradus {

Tensor cat(const std::vector<Tensor>& parts, Index dim) {
  require(!parts.empty(), "cat: there must be at least one tensor, got none");
  require<ShapeError>(parts[0].rank() > 0, "cat: tensors must have a dimension, got shape []; use ",
                      "stack()");
  const int d = wrap_dim("cat", dim, parts[0].rank());
  Shape shape = parts[0].shape();
  std::vector<Index> ends;
  Index end = 0;
  for (const Tensor& part : parts) {
    Shape own = part.shape();
    if (own.rank() == shape.rank()) {
      require<ShapeError>(!__builtin_add_overflow(end, own[d], &end), "cat: sizes of dimension ", d,
                          " must add up to what fits in 63 bits, got one more of ", own);
      own[d] = shape[d];
    }
    require<ShapeError>(own == shape, "cat: sizes must agree but along dimension ", d, ", got ",
                        parts[0].shape(), " and ", part.shape());
    require<DtypeError>(part.dtype() == parts[0].dtype(), "cat: parts must have one dtype, got ",
                        parts[0].dtype(), " and ", part.dtype());
    ends.push_back(end);
  }
  shape[d] = end;
  Tensor y(shape, parts[0].dtype());
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    copy(core::slice(y, d, i == 0 ? 0 : ends[i - 1], ends[i]), parts[i]);
    inputs.emplace_back(parts[i]);
  }
  return record(y, "cat", Inputs(inputs), [d, ends](const Tensor& dy, Grads& dx) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (dx.wanted(static_cast<int>(i))) {  // each part has its part of dy
        dx[static_cast<int>(i)] = slice(dy, d, i == 0 ? 0 : ends[i - 1], ends[i]);
      }
    }
  });
}

Tensor stack(const std::vector<Tensor>& parts, Index dim) {
  require(!parts.empty(), "stack: there must be at least one tensor, got none");
  const int d = wrap_dim("stack", dim, parts[0].rank() + 1);
  std::vector<Tensor> rows;
  for (const Tensor& part : parts) {
    require<ShapeError>(part.shape() == parts[0].shape(), "stack: shapes must be equal, got ",
                        parts[0].shape(), " and ", part.shape());
    require<DtypeError>(part.dtype() == parts[0].dtype(), "stack: parts must have one dtype, got ",
                        parts[0].dtype(), " and ", part.dtype());
    rows.push_back(unsqueeze(part, d));
  }
  return cat(rows, d);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& sizes, Index dim) {
  require<ShapeError>(x.rank() > 0, "split: tensor must have a dimension, got shape []");
  const int d = wrap_dim("split", dim, x.rank());
  const auto listed = [&] { return Shape(sizes.data(), std::min<std::size_t>(sizes.size(), 8)); };
  Index total = 0;
  for (const Index size : sizes) {
    require<ShapeError>(size >= 0 && size <= x.shape()[d] - total,
                        "split: sizes must be at least 0 and add up to that of dimension ", d,
                        " of ", x.shape(), ", got ", listed());
    total += size;
  }
  require<ShapeError>(total == x.shape()[d], "split: sizes must add up to that of dimension ", d,
                      " of ", x.shape(), ", got ", listed());
  std::vector<Tensor> parts;
  Index first = 0;
  for (const Index size : sizes) {
    parts.push_back(slice(x, d, first, first + size));
    first += size;
  }
  return parts;
}

std::vector<Tensor> split(const Tensor& x, Index size, Index dim) {
  require(size >= 1, "split: size must be at least 1, got ", size, " for a tensor of shape ",
          x.shape());
  require<ShapeError>(x.rank() > 0, "split: tensor must have a dimension, got shape []");
  const Index whole = x.shape()[wrap_dim("split", dim, x.rank())];
  std::vector<Index> sizes;
  for (Index first = 0; first < whole; first += size) {
    sizes.push_back(std::min(size, whole - first));
  }
  if (sizes.empty()) {
    sizes.push_back(0);
  }
  return split(x, sizes, dim);
}

std::vector<Tensor> chunk(const Tensor& x, Index count, Index dim) {
  require(count >= 1, "chunk: count must be at least 1, got ", count, " for a tensor of shape ",
          x.shape());
  require<ShapeError>(x.rank() > 0, "chunk: tensor must have a dimension, got shape []");
  const Index whole = x.shape()[wrap_dim("chunk", dim, x.rank())];
  return split(x, std::max<Index>(whole / count + (whole % count != 0), 1), dim);
}

Tensor pad(const Tensor& x, const std::vector<Padding>& padding, double value) {
  require<ShapeError>(static_cast<int>(padding.size()) <= x.rank(),
                      "pad: there must be at most one pair for each dimension of ", x.shape(),
                      ", got ", padding.size());
  Shape shape = x.shape();
  for (std::size_t k = 0; k < padding.size(); ++k) {
    const Padding& p = padding[k];
    require(p.before >= 0 && p.after >= 0, "pad: counts must be at least 0, got ", p.before,
            " and ", p.after, " for a tensor of shape ", x.shape());
    Index& size = shape[x.rank() - 1 - static_cast<int>(k)];
    require<ShapeError>(!__builtin_add_overflow(size, p.before, &size) &&
                            !__builtin_add_overflow(size, p.after, &size),
                        "pad: size must fit in 63 bits, got ", p.before, " and ", p.after,
                        " around ", x.shape());
  }
  const auto inside = [padding](Tensor whole, const auto& cut) {
    for (std::size_t k = 0; k < padding.size(); ++k) {
      const Index d = whole.rank() - 1 - static_cast<Index>(k);
      whole = cut(whole, d, padding[k].before, whole.size(d) - padding[k].after);
    }
    return whole;
  };
  require_representable("pad", value, x.dtype());
  Tensor y = full(shape, value, x.dtype());
  copy(inside(y, [](const Tensor& t, Index d, Index from,
                    Index to) { return core::slice(t, d, from, to); }),
       x);
  return record(y, "pad", {x}, [inside](const Tensor& dy, Grads& dx) {
    dx[0] = inside(
        dy, [](const Tensor& t, Index d, Index from, Index to) { return slice(t, d, from, to); });
  });
}

}  // namespace gradus
