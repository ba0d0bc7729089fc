#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/core/elementwise.h>

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

// Rows of some thousand numbers make a piece of a parallel loop.
template <class F>
void for_row_blocks(Index rows, Index classes, F f) {
  const Index block = std::max<Index>(core::kPieceElements / std::max<Index>(classes, 1), 1);
  parallel_for((rows + block - 1) / block,
               [&](Index piece) { f(piece * block, std::min(rows, (piece + 1) * block)); });
}

struct Rows {
  Index count;
  Index classes;
};

Rows rows_of(const char* where, const Tensor& x) {
  require<ShapeError>(x.rank() >= 1 && x.size(-1) >= 1, where,
                      ": tensor must be [..., classes] with at least one class, got ", x.shape());
  return {x.numel() / x.size(-1), x.size(-1)};
}

// p <- e^(x - largest) of one row; returns their sum.
template <class T>
T exponentials(const T* x, Index n, T largest, T* p) {
  core::run_elements<T>(
      n, [m = double(largest)](auto& out, const auto& a) { out = exp(a - m); }, p, x);
  double sum = 0;
  for (Index j = 0; j < n; ++j) {
    sum += double(p[j]);
  }
  return T(sum);
}

}  // namespace

Tensor softmax(const Tensor& x) {
  const Rows rows = rows_of("softmax", x);
  const Tensor dense = x.dense();
  Tensor y = empty_like(x);
  visit_floating("softmax", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* to = y.mutable_data<T>();
    for_row_blocks(rows.count, rows.classes, [&](Index begin, Index end) {
      for (Index row = begin; row < end; ++row) {
        const T* a = from + row * rows.classes;
        T* p = to + row * rows.classes;
        const T sum = exponentials(a, rows.classes, *std::max_element(a, a + rows.classes), p);
        std::for_each(p, p + rows.classes, [&](T& value) { value /= sum; });
      }
    });
  });
  return record(y, "softmax", {x}, [y = Saved(y), rows](const Tensor& dy, Grads& dx) {
    const Tensor upstream = dy.dense();
    dx[0] = empty_like(dy);
    visit_floating("softmax", dy.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T* p = (*y).template data<T>();
      const T* g = upstream.template data<T>();
      T* to = dx[0].template mutable_data<T>();
      for (Index i = 0; i < rows.count * rows.classes; i += rows.classes) {
        double mean = 0;  // dx = y (dy - sum y dy)
        for (Index j = i; j < i + rows.classes; ++j) {
          mean += double(p[j]) * double(g[j]);
        }
        for (Index j = i; j < i + rows.classes; ++j) {
          to[j] = p[j] * (g[j] - T(mean));
        }
      }
    });
  });
}

Tensor log_softmax(const Tensor& x) {
  const Rows rows = rows_of("log_softmax", x);
  const Tensor dense = x.dense();
  Tensor y = empty_like(x);
  visit_floating("log_softmax", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* to = y.mutable_data<T>();
    for_row_blocks(rows.count, rows.classes, [&](Index begin, Index end) {
      for (Index row = begin; row < end; ++row) {
        const T* a = from + row * rows.classes;
        T* out = to + row * rows.classes;
        const T largest = *std::max_element(a, a + rows.classes);
        const T norm = std::log(exponentials(a, rows.classes, largest, out));
        std::transform(a, a + rows.classes, out, [&](T value) { return value - largest - norm; });
      }
    });
  });
  return record(y, "log_softmax", {x}, [y = Saved(y), rows](const Tensor& dy, Grads& dx) {
    const Tensor upstream = dy.dense();
    dx[0] = empty_like(dy);
    visit_floating("log_softmax", dy.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T* l = (*y).template data<T>();
      const T* g = upstream.template data<T>();
      T* to = dx[0].template mutable_data<T>();
      for (Index i = 0; i < rows.count * rows.classes; i += rows.classes) {
        double sum = 0;  // dx = dy - e^y sum dy
        for (Index j = i; j < i + rows.classes; ++j) {
          sum += double(g[j]);
        }
        for (Index j = i; j < i + rows.classes; ++j) {
          to[j] = g[j] - std::exp(l[j]) * T(sum);
        }
      }
    });
  });
}

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  require<ShapeError>(logits.rank() == 2 && labels.shape() == Shape{logits.shape()[0]},
                      "cross_entropy: logits must be [batch, classes] and labels [batch], got ",
                      logits.shape(), " and ", labels.shape());
  require<DtypeError>(labels.dtype() == i64,
                      "cross_entropy: labels must be i64 class indices, got ", labels.dtype());
  const Rows rows = rows_of("cross_entropy", logits);
  const Tensor target = labels.dense();
  const auto* label = target.data<std::int64_t>();
  for (Index row = 0; row < rows.count; ++row) {
    require<IndexError>(label[row] >= 0 && label[row] < rows.classes,
                        "cross_entropy: label must be from 0 to ", rows.classes - 1,
                        " for logits of shape ", logits.shape(), ", got ", label[row], " in row ",
                        row);
  }
  const Tensor dense = logits.dense();
  Tensor p = empty_like(logits);  // the softmax, which is all that backward needs
  Tensor loss(Shape{}, logits.dtype());
  std::vector<double> losses(static_cast<std::size_t>(rows.count));
  visit_floating("cross_entropy", logits.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data<T>();
    T* to = p.mutable_data<T>();
    for_row_blocks(rows.count, rows.classes, [&](Index begin, Index end) {
      for (Index row = begin; row < end; ++row) {
        const T* a = from + row * rows.classes;
        T* out = to + row * rows.classes;
        const T largest = *std::max_element(a, a + rows.classes);
        const T sum = exponentials(a, rows.classes, largest, out);
        std::for_each(out, out + rows.classes, [&](T& value) { value /= sum; });
        losses[static_cast<std::size_t>(row)] =
            std::log(double(sum)) + (double(largest) - double(a[label[row]]));
      }
    });
    double total = 0;
    for (const double value : losses) {
      total += value;
    }
    *loss.mutable_data<T>() = T(total / double(rows.count));
  });
  return record(loss, "cross_entropy", {logits},
                [p = Saved(p), target = Saved(target), rows](const Tensor& dy, Grads& dx) {
                  dx[0] = (*p).clone();
                  const auto* hit = (*target).template data<std::int64_t>();
                  visit_floating("cross_entropy", dy.dtype(), [&](auto zero) {
                    using T = decltype(zero);
                    const T scale = *dy.template data<T>() / T(rows.count);
                    T* to = dx[0].template mutable_data<T>();
                    for (Index row = 0; row < rows.count; ++row) {
                      to[row * rows.classes + hit[row]] -=
                          T(1);  // dz = (softmax - one-hot) dy / batch
                    }
                    core::run_elements<T>(
                        rows.count * rows.classes, [s = double(scale)](auto& d) { d *= s; }, to);
                  });
                });
}

}  // namespace gradus
