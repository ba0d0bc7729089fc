#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/core/representable.h>

#include <algorithm>

namespace gradus {
namespace {

// Zeros of that shape and the slices, or elements, of `source` added into them.
Tensor index_sum(const char* where, const Shape& shape, Index dim, const Tensor& indices,
                 const Tensor& source) {
  return record(core::index_sum(where, shape, dim, indices, source), where, {source},
                [dim, indices = Saved(indices)](const Tensor& dy, Grads& dx) {
                  dx[0] = index_select(dy, dim, *indices);
                });
}
Tensor scatter_sum(const char* where, const Shape& shape, Index dim, const Tensor& indices,
                   const Tensor& source) {
  return record(core::scatter_sum(where, shape, dim, indices, source), where, {source},
                [dim, indices = Saved(indices)](const Tensor& dy, Grads& dx) {
                  dx[0] = gather(dy, dim, *indices);
                });
}

void require_one_dtype(const char* where, const Tensor& x, const Tensor& source) {
  require<DtypeError>(x.dtype() == source.dtype(), where, ": source must have the dtype ",
                      x.dtype(), " of the tensor, got ", source.dtype(),
                      "; convert one with convert(x, dtype)");
}

Tensor triangle(const char* name, const Tensor& x, Index diagonal, bool lower) {
  require<ShapeError>(x.rank() >= 2, name, ": tensor must be [..., rows, columns], got ",
                      x.shape());
  const bool any = x.numel() > 0;  // else one place masks all rows of nothing
  const Tensor mask = core::lower_triangle(any ? x.size(-2) : 1, any ? x.size(-1) : 1,
                                           lower ? diagonal : std::max(diagonal, -x.size(-2)) - 1);
  const Tensor zero = zeros({}, x.dtype());
  return lower ? where(mask, x, zero) : where(mask, zero, x);
}

}  // namespace

Tensor index_select(const Tensor& x, Index dim, const Tensor& indices) {
  return record(core::index_select(x, dim, indices), "index_select", {x},
                [from = x.shape(), dim, indices = Saved(indices)](const Tensor& dy, Grads& dx) {
                  dx[0] = index_sum("index_sum", from, dim, *indices, dy);
                });
}

Tensor index_add(const Tensor& x, Index dim, const Tensor& indices, const Tensor& source) {
  require_one_dtype("index_add", x, source);
  return x + index_sum("index_add", x.shape(), dim, indices, source);
}

Tensor gather(const Tensor& x, Index dim, const Tensor& indices) {
  return record(core::gather(x, dim, indices), "gather", {x},
                [from = x.shape(), dim, indices = Saved(indices)](const Tensor& dy, Grads& dx) {
                  dx[0] = scatter_sum("scatter_sum", from, dim, *indices, dy);
                });
}

Tensor scatter_add(const Tensor& x, Index dim, const Tensor& indices, const Tensor& source) {
  require_one_dtype("scatter_add", x, source);
  return x + scatter_sum("scatter_add", x.shape(), dim, indices, source);
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, double value) {
  require<DtypeError>(mask.dtype() == u8, "masked_fill: mask must be u8, got ", mask.dtype());
  require<ShapeError>(broadcasts_to(mask.shape(), x.shape()), "masked_fill: mask of shape ",
                      mask.shape(), " must broadcast to ", x.shape());
  require_representable("masked_fill", value, x.dtype());
  return where(mask, value, x);
}

Tensor tril(const Tensor& x, Index diagonal) { return triangle("tril", x, diagonal, true); }
Tensor triu(const Tensor& x, Index diagonal) { return triangle("triu", x, diagonal, false); }

Tensor flip(const Tensor& x, const std::vector<Index>& dims) {
  return record(core::flip(x, dims), "flip", {x},
                [dims](const Tensor& dy, Grads& dx) { dx[0] = flip(dy, dims); });
}

Tensor cumsum(const Tensor& x, Index dim) {
  return record(core::cumsum(x, dim), "cumsum", {x}, [dim](const Tensor& dy, Grads& dx) {
    dx[0] = flip(cumsum(flip(dy, {dim}), dim), {dim});  // the sums from each element on
  });
}

}  // namespace gradus
