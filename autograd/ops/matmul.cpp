#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/blas.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/view.h>

namespace gradus {
namespace {

Tensor product(const char* where, const Tensor& a, const Tensor& b) {
  require<ShapeError>(a.rank() == 2 && b.rank() == 2 && a.shape()[1] == b.shape()[0], where,
                      ": matrices must be [m, k] and [k, n], got ", a.shape(), " and ", b.shape());
  Tensor c({a.shape()[0], b.shape()[1]}, a.dtype());
  core::gemm(where, a, b, c);
  return c;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  return record(product("matmul", a, b), "matmul", {a, b},
                [a = Saved(a), b = Saved(b)](const Tensor& dy, Grads& dx) {
                  if (dx.wanted(0)) {
                    dx[0] = matmul(dy, transpose(*b, 0, 1));  // da = dy b'
                  }
                  if (dx.wanted(1)) {
                    dx[1] = matmul(transpose(*a, 0, 1), dy);  // db = a' dy
                  }
                });
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  require<ShapeError>(x.rank() >= 1 && weight.rank() == 2 && x.size(-1) == weight.shape()[1],
                      "linear: x must be [..., in] and weight [out, in], got ", x.shape(), " and ",
                      weight.shape());
  if (bias) {
    require<ShapeError>(bias.shape() == Shape{weight.shape()[0]},
                        "linear: bias must be [out] for weight ", weight.shape(), ", got ",
                        bias.shape());
  }
  if (x.rank() != 2) {
    Shape shape = x.shape();
    shape[x.rank() - 1] = weight.shape()[0];
    Shape leading = x.shape();
    leading.erase(x.rank() - 1);
    return reshape(linear(reshape(x, {count(leading), x.size(-1)}), weight, bias), shape);
  }
  Tensor y = product("linear", x, core::transpose(weight, 0, 1));
  const auto derive = [x = Saved(x), weight = Saved(weight)](const Tensor& dy, Grads& dx) {
    if (dx.wanted(0)) {
      dx[0] = matmul(dy, *weight);  // dx = dy w
    }
    if (dx.wanted(1)) {
      dx[1] = matmul(transpose(dy, 0, 1), *x);  // dw = dy' x
    }
    if (dx.wanted(2)) {
      dx[2] = sum(dy, {0});  // db: each row of dy
    }
  };
  if (!bias) {
    return record(y, "linear", {x, weight},
                  [derive](const Tensor& dy, Grads& dx) { derive(dy, dx); });
  }
  core::elementwise(
      "linear", [](auto& out, auto b) { out += b; }, y, bias);
  return record(y, "linear", {x, weight, bias}, derive);
}

}  // namespace gradus
