#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/reduce.h>

namespace gradus {

Tensor sum(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  const Shape stretch = core::reduced_shape("sum", x, dims, true);
  return record(core::sum(x, dims, keepdim), "sum", {x},
                [from = x.shape(), stretch](const Tensor& dy, Grads& dx) {
                  dx[0] = expand(reshape(dy, stretch), from);  // dx = dy, everywhere
                });
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) {
    return x;
  }
  return record(core::sum_to(x, shape), "sum_to", {x},
                [from = x.shape()](const Tensor& dy, Grads& dx) { dx[0] = expand(dy, from); });
}

Tensor mean(const Tensor& x, const std::vector<Index>& dims, bool keepdim) {
  require<DtypeError>(is_floating(x.dtype()), "mean: dtype must be f32 or f64, got ", x.dtype(),
                      "; convert it with convert(x, f32)");
  const Shape stretch = core::reduced_shape("mean", x, dims, true);
  return record(core::mean(x, dims, keepdim), "mean", {x},
                [from = x.shape(), stretch](const Tensor& dy, Grads& dx) {
                  const double n = double(count(from)) / double(count(stretch));
                  dx[0] = expand(reshape(dy / n, stretch), from);  // dx = dy / n, everywhere
                });
}

}  // namespace gradus
