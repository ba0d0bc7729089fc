#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/batch_matmul.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/view.h>

namespace gradus {
namespace {

// True if the last dimension but one goes on through all before it: [..., m, k] may be seen as
// [rows, k].
bool is_stack_of_rows(const Tensor& x) {
  for (int d = x.rank() - 3; d >= 0; --d) {
    if (x.shape()[d] != 1 && x.strides()[d] != x.strides()[d + 1] * x.shape()[d + 1]) {
      return false;
    }
  }
  return true;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  require<ShapeError>(
      a.rank() >= 1 && b.rank() >= 1 && a.size(-1) == b.size(b.rank() == 1 ? 0 : -2),
      "matmul: operands must be [..., m, k] and [..., k, n], or [k], got ", a.shape(), " and ",
      b.shape());
  if (a.rank() == 1) {
    const Tensor y = matmul(unsqueeze(a, 0), b);
    return squeeze(y, b.rank() == 1 ? 0 : -2);
  }
  if (b.rank() == 1) {
    return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  }
  if (a.rank() > 2 && b.rank() == 2 && is_stack_of_rows(a)) {  // one large product
    Shape shape = a.shape();
    shape.erase(a.rank() - 1);
    const Index rows = count(shape);
    shape.push_back(b.shape()[1]);
    return reshape(matmul(reshape(a, {rows, a.size(-1)}), b), shape);
  }
  return record(core::batch_matmul("matmul", a, b), "matmul", {a, b},
                [a = Saved(a), b = Saved(b)](const Tensor& dy, Grads& dx) {
                  if (dx.wanted(0)) {  // da = dy b'
                    dx[0] = sum_to(matmul(dy, transpose(*b, -2, -1)), (*a).shape());
                  }
                  if (dx.wanted(1)) {  // db = a' dy
                    dx[1] = sum_to(matmul(transpose(*a, -2, -1), dy), (*b).shape());
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
  Tensor y = core::batch_matmul("linear", x, core::transpose(weight, 0, 1));
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
