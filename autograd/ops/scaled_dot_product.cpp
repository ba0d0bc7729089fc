// scaled_dot_product_attention(): one head after the other.  A head's scores, their weights and the
// gradients of both are used while they are in the second-level cache, and only the weights are
// kept for backward; queries, keys and values are read where they stand in their embeddings, and
// results put where they belong there.
//
// Limit: the multiply-adds of its products.  Against the three operations of the plain twin a step
// of the transformer of benchmarks/peers is 1.045 times as fast on one thread, and 1.01 on two (AMD
// EPYC, family 26).
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/attention_rows.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/lanes.h>
#include <gradus/core/matrix.h>
#include <gradus/core/scratch.h>

#include <cmath>

namespace gradus {
namespace {

// A matrix in memory.
template <class T>
struct MatrixAt {
  T* data;
  blas::Form form;
  Index step;

  MatrixAt transposed() const {
    return {data, form == blas::Form::plain ? blas::Form::transposed : blas::Form::plain, step};
  }
  operator MatrixAt<const T>() const { return {data, form, step}; }
};

// c <- a b, with a of m by k and b of k by n numbers.
template <class T>
void multiply(Index m, Index n, Index k, const MatrixAt<const T>& a, const MatrixAt<const T>& b,
              const MatrixAt<T>& c) {
  blas::gemm_piece<T>(a.form, b.form, m, n, k, 1, a.data, a.step, b.data, b.step, 0, c.data,
                      c.step);
}

// The matrices of a tensor's last two dimensions, one a head; read if T is const, and otherwise
// written, where rows must be dense.
template <class T>
class Heads {
 public:
  explicit Heads(const Tensor& x) : x_(x) {
    if (!core::as_matrix(x_, matrix_)) {
      x_ = x_.clone();
      core::as_matrix(x_, matrix_);
    }
    if constexpr (std::is_const_v<T>) {
      data_ = x_.data<std::remove_const_t<T>>();
    } else {
      data_ = x_.mutable_data<T>();
    }
  }
  MatrixAt<T> operator[](Index head) const {
    Index place = 0;
    for (int d = x_.rank() - 3; d >= 0; --d) {
      place += head % x_.shape()[d] * x_.strides()[d];
      head /= x_.shape()[d];
    }
    return {data_ + place, matrix_.form, matrix_.step};
  }

 private:
  Tensor x_;
  core::Matrix matrix_;
  T* data_;
};

// [..., rows, columns] beside the leading dimensions of `like`, its heads side by side in memory
// where those of `like` are.
Tensor empty_for_heads(const Tensor& like, Index rows, Index columns) {
  Shape shape = like.shape();
  const int rank = shape.rank();
  shape[rank - 2] = rows;
  shape[rank - 1] = columns;
  if (rank < 3 || like.strides()[rank - 3] >= like.strides()[rank - 2]) {
    return Tensor(shape, like.dtype());
  }
  std::swap(shape[rank - 3], shape[rank - 2]);
  return core::transpose(Tensor(shape, like.dtype()), -3, -2);
}

struct Attention {
  Index heads, queries, keys, size, out;
  double scale;

  Attention(const Tensor& q, const Tensor& k, const Tensor& v)
      : heads(q.numel() / (q.size(-2) * q.size(-1))),
        queries(q.size(-2)),
        keys(k.size(-2)),
        size(q.size(-1)),
        out(v.size(-1)),
        scale(1 / std::sqrt(double(size))) {}

  template <class F>
  void for_heads(const F& f) const {
    core::for_pieces(heads, queries * keys, [&](Index first, Index end) {
      for (Index head = first; head < end; ++head) {
        f(head);
      }
    });
  }

  // Puts softmax(scale q k') into p and p v into y.
  template <class T>
  void forward(const Tensor& q, const Tensor& k, const Tensor& v, const VisibleKeys& visible,
               const Tensor& p, const Tensor& y) const {
    const Heads<const T> qs(q), ks(k), vs(v);
    const Heads<T> ps(p), ys(y);
    for_heads([&](Index head) {
      const MatrixAt<T> w = ps[head];
      multiply<T>(queries, keys, size, qs[head], ks[head].transposed(), w);
      for (Index i = 0; i < queries; ++i) {
        T* const row = w.data + i * keys;
        visible.softmax(head * queries + i, row, scale, row);
      }
      multiply<T>(queries, out, keys, w, vs[head], ys[head]);
    });
  }

  // ds = scale p (dp - sum p dp) with dp = dy v';  dq = ds k,  dk = ds' q,  dv = p' dy.
  template <class T>
  void backward(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& p,
                const Tensor& dy, const Tensor& dq, const Tensor& dk, const Tensor& dv) const {
    const Heads<const T> qs(q), ks(k), vs(v), ps(p), dys(dy);
    const Heads<T> dqs(dq), dks(dk), dvs(dv);
    for_heads([&](Index head) {
      const core::Scratch<T> scratch(queries * keys);
      const MatrixAt<T> ds{scratch.data(), blas::Form::plain, keys};
      const MatrixAt<const T> w = ps[head];
      multiply<T>(queries, keys, out, dys[head], vs[head].transposed(), ds);
      for (Index i = 0; i < queries; ++i) {
        T* const row = ds.data + i * keys;
        weights_derivative(w.data + i * keys, row, keys, scale, row);
      }
      multiply<T>(queries, size, keys, ds, ks[head], dqs[head]);
      multiply<T>(keys, size, queries, ds.transposed(), qs[head], dks[head]);
      multiply<T>(keys, out, queries, w.transposed(), dys[head], dvs[head]);
    });
  }
};

bool same_leading_sizes(const Tensor& a, const Tensor& b) {
  bool same = a.rank() == b.rank();
  for (int d = 0; same && d < a.rank() - 2; ++d) {
    same = a.shape()[d] == b.shape()[d];
  }
  return same;
}

// The plain twin, of recorded operations.
Tensor weights_of(const Tensor& q, const Tensor& k, const AttentionOptions& options) {
  return attention_weights(matmul(q, transpose(k, -2, -1)), 1 / std::sqrt(double(q.size(-1))),
                           options);
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options) {
  constexpr const char* kName = "scaled_dot_product_attention";
  require<ShapeError>(q.rank() >= 2 && k.rank() >= 2 && q.size(-1) == k.size(-1) && q.size(-1) >= 1,
                      kName, ": q must be [..., queries, size] and k [..., keys, size], got ",
                      q.shape(), " and ", k.shape());
  require<ShapeError>(v.rank() >= 2 && v.size(-2) == k.size(-2), kName,
                      ": v must be [..., keys, out] for k ", k.shape(), ", got ", v.shape());
  visit_floating(kName, q.dtype(), [](auto) {});
  require<DtypeError>(k.dtype() == q.dtype() && v.dtype() == q.dtype(), kName,
                      ": q, k and v must have one dtype, got ", q.dtype(), ", ", k.dtype(), " and ",
                      v.dtype());
  if (options.bias || !same_leading_sizes(q, k) || !same_leading_sizes(q, v) || q.numel() == 0 ||
      k.numel() == 0 || v.numel() == 0) {
    return matmul(weights_of(q, k, options), v);
  }
  const Attention a(q, k, v);
  Shape scores = q.shape();
  scores[q.rank() - 1] = a.keys;
  const VisibleKeys visible(scores, options);
  const Tensor p(scores, q.dtype());
  const Tensor y = empty_for_heads(q, a.queries, a.out);
  visit_floating(kName, q.dtype(),
                 [&](auto zero) { a.forward<decltype(zero)>(q, k, v, visible, p, y); });
  return record(y, kName, {q, k, v},
                [a, q = Saved(q), k = Saved(k), v = Saved(v), p = Saved(p),
                 mask = Saved(options.mask), causal = options.causal](const Tensor& dy, Grads& dx) {
                  if (is_recording()) {
                    const Tensor w = weights_of(*q, *k, {.mask = *mask, .causal = causal});
                    const Tensor dw = matmul(dy, transpose(*v, -2, -1));
                    const Tensor ds = w * (dw - sum(w * dw, {-1}, true)) * a.scale;
                    dx[0] = matmul(ds, *k);
                    dx[1] = matmul(transpose(ds, -2, -1), *q);
                    dx[2] = matmul(transpose(w, -2, -1), dy);
                    return;
                  }
                  dx[0] = empty_for_heads(*q, a.queries, a.size);
                  dx[1] = empty_for_heads(*k, a.keys, a.size);
                  dx[2] = empty_for_heads(*v, a.keys, a.out);
                  visit_floating(kName, dy.dtype(), [&](auto zero) {
                    a.backward<decltype(zero)>(*q, *k, *v, *p, dy, dx[0], dx[1], dx[2]);
                  });
                });
}

}  // namespace gradus
