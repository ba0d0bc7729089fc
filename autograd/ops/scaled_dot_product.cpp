// scaled_dot_product_attention(): one head after the other.  A head's scores, their weights and the
// gradients of both are used while they are in the second-level cache, and of these the weights
// alone are kept for backward; queries, keys and values are read where they stand in their
// embeddings, and results put where they belong there.
//
// Limit: what moves, besides the multiply-adds: the weights, written and read once.  Against the
// three operations of the plain twin, which take larger heads, a step of the transformer of
// benchmarks/peers is 1.045 times as fast on one thread, and 1.01 on two (AMD EPYC, family 26).
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/attention_rows.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/matrix.h>
#include <gradus/core/scratch.h>

#include <array>
#include <cmath>
#include <optional>

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
// written, where rows must be dense.  Those of an undefined tensor are not used.
template <class T>
class Heads {
 public:
  explicit Heads(const Tensor& x) {
    if (!x) {
      return;
    }
    batch_.emplace(x, x.shape());
    if constexpr (std::is_const_v<T>) {
      data_ = batch_->tensor().data<std::remove_const_t<T>>();
    } else {
      data_ = x.mutable_data<T>();
    }
  }
  MatrixAt<T> operator[](Index head) const {
    return {data_ + batch_->offset(head), batch_->matrix().form, batch_->matrix().step};
  }

 private:
  std::optional<core::MatrixBatch> batch_;
  T* data_ = nullptr;
};

// How an operand lies in memory, for results that are to lie there likewise.
struct HeadLayout {
  Shape shape;
  bool side_by_side;  // heads, as in an embedding

  explicit HeadLayout(const Tensor& x)
      : shape(x.shape()),
        side_by_side(x.rank() >= 3 && x.strides()[x.rank() - 3] < x.strides()[x.rank() - 2]) {}

  // Of as many rows.
  Tensor empty(Index columns, Dtype dtype) const {
    const int rank = shape.rank();
    Shape own = shape;
    own[rank - 1] = columns;
    if (!side_by_side) {
      return Tensor(own, dtype);
    }
    std::swap(own[rank - 3], own[rank - 2]);
    return core::transpose(Tensor(own, dtype), -3, -2);
  }
};

struct Attention {
  Index heads, queries, keys, size, out;
  double scale;

  Attention(const Tensor& q, const Tensor& k, const Tensor& v, double the_scale)
      : heads(q.numel() / (q.size(-2) * q.size(-1))),
        queries(q.size(-2)),
        keys(k.size(-2)),
        size(q.size(-1)),
        out(v.size(-1)),
        scale(the_scale) {}

  // Whether a head's scores are for the second-level cache.
  bool fits(Dtype dtype) const {
    constexpr double kHeadBytes = 262144;
    return double(queries) * double(keys) * double(item_size(dtype)) <= kHeadBytes;
  }

  template <class F>
  void for_heads(const F& f) const {
    core::for_matrices(heads, double(queries) * double(keys) * double(size + out), f);
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

  // ds = scale p (dp - sum p dp) with dp = dy v';  dq = ds k,  dk = ds' q,  dv = p' dy.  Those that
  // are undefined are not wanted, and what only they need may be undefined too.
  template <class T>
  void backward(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& p,
                const Tensor& dy, const Tensor& dq, const Tensor& dk, const Tensor& dv) const {
    const Heads<const T> qs(q), ks(k), vs(v), ps(p), dys(dy);
    const Heads<T> dqs(dq), dks(dk), dvs(dv);
    for_heads([&](Index head) {
      const MatrixAt<const T> w = ps[head];
      if (dv) {
        multiply<T>(keys, out, queries, w.transposed(), dys[head], dvs[head]);
      }
      if (!dq && !dk) {
        return;
      }
      const core::Scratch<T> scratch(queries * keys);
      const MatrixAt<T> ds{scratch.data(), blas::Form::plain, keys};
      multiply<T>(queries, keys, out, dys[head], vs[head].transposed(), ds);
      for (Index i = 0; i < queries; ++i) {
        T* const row = ds.data + i * keys;
        weights_derivative(w.data + i * keys, row, keys, scale, row);
      }
      if (dq) {
        multiply<T>(queries, size, keys, ds, ks[head], dqs[head]);
      }
      if (dk) {
        multiply<T>(keys, size, queries, ds.transposed(), qs[head], dks[head]);
      }
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

// Of the plain twin, in recorded operations.
Tensor weights_of(const Tensor& q, const Tensor& k, double scale, const AttentionOptions& options) {
  return attention_weights(matmul(q, transpose(k, -2, -1)), scale, options);
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
  const bool has_none = q.numel() == 0 || k.numel() == 0 || v.numel() == 0;
  const double scale = 1 / std::sqrt(double(q.size(-1)));
  if (options.bias || !same_leading_sizes(q, k) || !same_leading_sizes(q, v) || has_none ||
      !Attention(q, k, v, scale).fits(q.dtype())) {
    return matmul(weights_of(q, k, scale, options), v);
  }
  const Attention a(q, k, v, scale);
  Shape scores = q.shape();
  scores[q.rank() - 1] = a.keys;
  const VisibleKeys visible(kName, scores, options);
  const Tensor p(scores, q.dtype());
  const Tensor y = HeadLayout(q).empty(a.out, q.dtype());
  visit_floating(kName, q.dtype(),
                 [&](auto zero) { a.forward<decltype(zero)>(q, k, v, visible, p, y); });
  return record(y, kName, {q, k, v},
                [a, layouts = std::array{HeadLayout(q), HeadLayout(k), HeadLayout(v)}, q = Saved(q),
                 k = Saved(k), v = Saved(v), p = Saved(p), mask = Saved(options.mask),
                 causal = options.causal](const Tensor& dy, Grads& dx) {
                  if (is_recording()) {
                    const Tensor w = weights_of(*q, *k, a.scale, {.mask = *mask, .causal = causal});
                    const Tensor dw = matmul(dy, transpose(*v, -2, -1));
                    const Tensor ds = w * (dw - sum(w * dw, {-1}, true)) * a.scale;
                    dx[0] = matmul(ds, *k);
                    dx[1] = matmul(transpose(ds, -2, -1), *q);
                    dx[2] = matmul(transpose(w, -2, -1), dy);
                    return;
                  }
                  const bool of_scores = dx.wanted(0) || dx.wanted(1);
                  const auto empty_if_wanted = [&](int input, Index columns) {
                    return dx.wanted(input)
                               ? layouts[static_cast<std::size_t>(input)].empty(columns, dy.dtype())
                               : Tensor();
                  };
                  dx[0] = empty_if_wanted(0, a.size);
                  dx[1] = empty_if_wanted(1, a.size);
                  dx[2] = empty_if_wanted(2, a.out);
                  visit_floating(kName, dy.dtype(), [&](auto zero) {
                    a.backward<decltype(zero)>(
                        dx.wanted(1) ? *q : Tensor(), dx.wanted(0) ? *k : Tensor(),
                        of_scores ? *v : Tensor(), *p, dy, dx[0], dx[1], dx[2]);
                  });
                });
}

}  // namespace gradus
