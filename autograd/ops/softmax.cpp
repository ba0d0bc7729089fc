#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/index.h>
#include <gradus/core/lane_sum.h>
#include <gradus/core/lanes.h>

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

// `dim`, of at least one class.
int dim_of_classes(const char* where, const Tensor& x, Index dim) {
  const int d = x.rank() == 0 ? 0 : wrap_dim(where, dim, x.rank());
  require<ShapeError>(x.rank() >= 1 && x.shape()[d] >= 1, where, ": tensor must be ",
                      d + 1 >= x.rank() ? "[..., classes] with at least one class"
                                        : "[..., classes, ...] with at least one class",
                      ", got ", x.shape());
  return d;
}

// Lanes of ten numbers take about 100 ns for exponentials, a sum and a logarithm, and 20 for sums
// alone, where a plain loop takes 0.2 an element.
constexpr core::LaneCost kExponentials{400, 16};
constexpr core::LaneCost kSums{100, 2};

// A tensor of x's shape, f(lane, classes, to, from x, from the others...) for each lane of numbers
// along `dim`.
template <class F, class... Tensors>
Tensor map_lanes(const char* where, int dim, core::LaneCost cost, F f, const Tensor& x,
                 const Tensors&... others) {
  const core::Around around(x.shape(), dim);
  const Index classes = x.shape()[dim];
  Tensor y = empty_like(x);
  visit_floating(where, x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto go = [&](T* to, const auto&... dense) {
      core::for_lanes(
          around.outer, around.inner, cost,
          [&](Index lane, T* out, const auto*... in) { f(lane, classes, out, in...); },
          core::Lanes<T>{to, classes}, core::Lanes<const T>{dense.template data<T>(), classes}...);
    };
    go(y.mutable_data<T>(), x.dense(), others.dense()...);
  });
  return y;
}

// p <- e^(x - largest) of one row; returns their sum.
template <class T>
T exponentials(const T* x, Index n, T largest, T* p) {
  core::run_elements<T>(
      n, [m = double(largest)](auto& out, const auto& a) { out = exp(a - m); }, p, x);
  return T(core::sum_of(p, n));
}

}  // namespace

Tensor softmax(const Tensor& x, Index dim) {
  const int d = dim_of_classes("softmax", x, dim);
  const auto forward = []<class T>(Index, Index n, T* p, const T* a) {
    const T sum = exponentials(a, n, core::largest_of(a, n), p);
    core::divide_all(p, n, sum);
  };
  const Tensor y = map_lanes("softmax", d, kExponentials, forward, x);
  return record(y, "softmax", {x}, [y = Saved(y), d](const Tensor& dy, Grads& dx) {
    if (is_recording()) {  // the plain twin of what follows
      const Tensor p = dx.result(y);
      dx[0] = p * (dy - sum(p * dy, {d}, true));
      return;
    }
    const auto derivative = []<class T>(Index, Index n, T* to, const T* p, const T* g) {
      const T mean = T(core::sum_of_products(p, g, n));  // dx = y (dy - sum y dy)
      for (Index j = 0; j < n; ++j) {
        to[j] = p[j] * (g[j] - mean);
      }
    };
    dx[0] = map_lanes("softmax", d, kSums, derivative, *y, dy);
  });
}

Tensor log_softmax(const Tensor& x, Index dim) {
  const int d = dim_of_classes("log_softmax", x, dim);
  const auto forward = []<class T>(Index, Index n, T* out, const T* a) {
    const T largest = core::largest_of(a, n);
    const T norm = std::log(exponentials(a, n, largest, out));
    std::transform(a, a + n, out, [&](T value) { return value - largest - norm; });
  };
  const Tensor y = map_lanes("log_softmax", d, kExponentials, forward, x);
  return record(y, "log_softmax", {x}, [y = Saved(y), d](const Tensor& dy, Grads& dx) {
    if (is_recording()) {  // the plain twin of what follows
      dx[0] = dy - exp(dx.result(y)) * sum(dy, {d}, true);
      return;
    }
    const auto derivative = []<class T>(Index, Index n, T* to, const T* l, const T* g) {
      const T sum = T(core::sum_of(g, n));  // dx = dy - e^y sum dy
      for (Index j = 0; j < n; ++j) {
        to[j] = g[j] - std::exp(l[j]) * sum;
      }
    };
    dx[0] = map_lanes("log_softmax", d, kExponentials, derivative, *y, dy);
  });
}

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  require<ShapeError>(logits.rank() == 2 && labels.shape() == Shape{logits.shape()[0]},
                      "cross_entropy: logits must be [batch, classes] and labels [batch], got ",
                      logits.shape(), " and ", labels.shape());
  require<DtypeError>(labels.dtype() == i64,
                      "cross_entropy: labels must be i64 class indices, got ", labels.dtype());
  const Index classes = logits.shape()[dim_of_classes("cross_entropy", logits, -1)];
  const Index batch = logits.shape()[0];
  const Tensor target = labels.dense();
  const auto* label = target.data<std::int64_t>();
  for (Index row = 0; row < batch; ++row) {
    require<IndexError>(label[row] >= 0 && label[row] < classes,
                        "cross_entropy: label must be from 0 to ", classes - 1,
                        " for logits of shape ", logits.shape(), ", got ", label[row], " in row ",
                        row);
  }
  std::vector<double> losses(static_cast<std::size_t>(batch));
  const auto forward = [&]<class T>(Index row, Index n, T* p, const T* a) {
    const T largest = core::largest_of(a, n);
    const T sum = exponentials(a, n, largest, p);
    core::divide_all(p, n, sum);
    losses[static_cast<std::size_t>(row)] =
        std::log(double(sum)) + (double(largest) - double(a[label[row]]));
  };
  // The softmax, which is all that backward needs.
  const Tensor p = map_lanes("cross_entropy", 1, kExponentials, forward, logits);
  double total = 0;
  for (const double value : losses) {
    total += value;
  }
  const Tensor loss = full({}, total / double(batch), logits.dtype());
  return record(loss, "cross_entropy", {logits},
                [logits = Saved(logits), p = Saved(p), target = Saved(target), batch](
                    const Tensor& dy, Grads& dx) {
                  if (is_recording()) {  // the plain twin of what follows
                    const Tensor hits = core::one_hot(*target, (*p).size(-1), (*p).dtype());
                    dx[0] = (softmax(*logits) - hits) * (dy / double(batch));
                    return;
                  }
                  const double scale = dy.item() / double(batch);
                  const auto* hit = (*target).template data<std::int64_t>();
                  const auto derivative = [scale, hit]<class T>(Index row, Index n, T* to,
                                                                const T* q) {
                    for (Index j = 0; j < n; ++j) {
                      to[j] = q[j] * T(scale);
                    }
                    to[hit[row]] -= T(scale);  // dz = (softmax - one-hot) dy / batch
                  };
                  dx[0] = map_lanes("cross_entropy", 1, kSums, derivative, *p);
                });
}

}  // namespace gradus
