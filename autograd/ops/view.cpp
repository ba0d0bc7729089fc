#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/view.h>

namespace gradus {

Tensor reshape(const Tensor& x, const Shape& shape) {
  return record(core::reshape(x, shape), "reshape", {x},
                [from = x.shape()](const Tensor& dy, Grads& dx) { dx[0] = reshape(dy, from); });
}

Tensor transpose(const Tensor& x, Index dim0, Index dim1) {
  return record(core::transpose(x, dim0, dim1), "transpose", {x},
                [dim0, dim1](const Tensor& dy, Grads& dx) { dx[0] = transpose(dy, dim0, dim1); });
}

Tensor permute(const Tensor& x, const std::vector<Index>& order) {
  const Tensor y = core::permute(x, order);
  std::vector<Index> back(order.size());
  for (std::size_t d = 0; d < order.size(); ++d) {
    back[static_cast<std::size_t>(wrap_dim("permute", order[d], x.rank()))] = static_cast<Index>(d);
  }
  return record(y, "permute", {x},
                [back](const Tensor& dy, Grads& dx) { dx[0] = permute(dy, back); });
}

namespace {

// The gradient of a part: dy in the part's place, zeros elsewhere.  Its own derivative is the part.
Tensor place(const Tensor& dy, const Shape& whole, Index dim, Index start, Index stop, Index step) {
  Tensor dx = zeros(whole, dy.dtype());
  copy(core::slice(dx, dim, start, stop, step), dy);
  return record(dx, "place", {dy}, [dim, start, stop, step](const Tensor& ddx, Grads& ddy) {
    ddy[0] = slice(ddx, dim, start, stop, step);
  });
}

}  // namespace

Tensor slice(const Tensor& x, Index dim, Index start, Index stop, Index step) {
  return record(core::slice(x, dim, start, stop, step), "slice", {x},
                [from = x.shape(), dim, start, stop, step](const Tensor& dy, Grads& dx) {
                  dx[0] = place(dy, from, dim, start, stop, step);
                });
}

Tensor select(const Tensor& x, Index dim, Index index) {
  return record(core::select(x, dim, index), "select", {x},
                [from = x.shape(), dim, index](const Tensor& dy, Grads& dx) {
                  const int d = wrap_dim("select", dim, from.rank());
                  const Index at = index < 0 ? index + from[d] : index;
                  dx[0] = place(unsqueeze(dy, d), from, d, at, at + 1, 1);
                });
}

Tensor expand(const Tensor& x, const Shape& shape) {
  return record(core::expand(x, shape), "expand", {x},
                [from = x.shape()](const Tensor& dy, Grads& dx) { dx[0] = sum_to(dy, from); });
}

Tensor squeeze(const Tensor& x, Index dim) {
  return record(core::squeeze(x, dim), "squeeze", {x},
                [from = x.shape()](const Tensor& dy, Grads& dx) { dx[0] = reshape(dy, from); });
}

Tensor unsqueeze(const Tensor& x, Index dim) {
  return record(core::unsqueeze(x, dim), "unsqueeze", {x},
                [from = x.shape()](const Tensor& dy, Grads& dx) { dx[0] = reshape(dy, from); });
}

Tensor flatten(const Tensor& x, Index start_dim, Index end_dim) {
  const int start = wrap_dim("flatten", start_dim, x.rank());
  const int end = wrap_dim("flatten", end_dim, x.rank());
  require(start <= end, "flatten: start_dim must not be behind end_dim, got ", start_dim, " and ",
          end_dim, " for a tensor of shape ", x.shape());
  Shape shape;
  Index joined = 1;
  for (int d = 0; d < x.rank(); ++d) {
    if (d < start || d > end) {
      shape.push_back(x.shape()[d]);
    } else {
      joined *= x.shape()[d];
    }
    if (d == end) {
      shape.push_back(joined);
    }
  }
  return reshape(x, x.rank() == 0 ? Shape{1} : shape);
}

}  // namespace gradus
