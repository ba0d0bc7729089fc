#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/map.h>

namespace gradus {

Tensor where_ones(const Tensor& ones, const Tensor& a, const Tensor& b) {
  const auto choice = [](auto m, auto x, auto z) { return where(m != 0.0, x, z); };
  return record(map("where", choice, ones, a, b), "where", {a, b},
                [m = Saved(ones), sa = a.shape(), sb = b.shape()](const Tensor& dy, Grads& dx) {
                  const Tensor zero = zeros({}, dy.dtype());
                  if (dx.wanted(0)) {  // da = dy where the mask holds, otherwise 0
                    dx[0] = sum_to(where_ones(*m, dy, zero), sa);
                  }
                  if (dx.wanted(1)) {
                    dx[1] = sum_to(where_ones(*m, zero, dy), sb);
                  }
                });
}

}  // namespace gradus
