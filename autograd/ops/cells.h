#pragma once
// The cells of recurrent networks, each its formula and its derivative for one number.  forward()
// turns the sums a = W x + U h + b of each gate, in place, into the gates, and the old states into
// new ones; backward() turns the gradients of the new states, in place, into those of the old
// states, without the part that flows through U, and gives the gradients of the sums.
#include <gradus/core/vector_math.h>

#include <array>

namespace gradus {

/// `count` blocks of U's rows, from block `rows` on, and the gates, from `first` on, whose sums
/// they belong to.
struct GateRun {
  int rows;
  int first;
  int count;
};
/// Of all gates that a cell has.
template <int kGates>
inline constexpr std::array<GateRun, 1> kAllGates = {{{0, 0, kGates}}};

// From the logistic function, which runs on packs; an error of some 1e-7 in f32 as tanh's own.
template <class V>
V cell_tanh(const V& a) {
  return 2.0 * sigmoid(2.0 * a) - 1.0;
}

/// h' = tanh(a).  Elman: Finding structure in time. Cognitive Science 14, 1990.
struct TanhCell {
  static constexpr int kGates = 1;
  static constexpr int kInputs = kGates;  // the first ones, whose sums have a part W x
  static constexpr auto kFromState = kAllGates<kGates>;  // whose sums have a part U h
  static constexpr int kStates = 1;
  template <class V>
  static void forward(V& a, const V&, V& h_new) {
    a = cell_tanh(a);
    h_new = a;
  }
  template <class V>
  static void backward(const V& a, const V&, const V&, V& da, V& dh) {
    da = dh * (1.0 - a * a);  // d tanh = 1 - tanh^2
    dh = 0.0 * dh;
  }
};

/// h' = max(a, 0).
struct ReluCell {
  static constexpr int kGates = 1;
  static constexpr int kInputs = kGates;  // the first ones, whose sums have a part W x
  static constexpr auto kFromState = kAllGates<kGates>;  // whose sums have a part U h
  static constexpr int kStates = 1;
  template <class V>
  static void forward(V& a, const V&, V& h_new) {
    a = max(a, V(0.0));
    h_new = a;
  }
  template <class V>
  static void backward(const V& a, const V&, const V&, V& da, V& dh) {
    da = where(a <= 0.0, V(0.0), dh);
    dh = 0.0 * dh;
  }
};

/// c' = f c + i g and h' = o tanh(c'), for i, f, o = sigmoid(a), g = tanh(a).
/// Hochreiter, Schmidhuber: Long short-term memory. Neural Computation 9, 1997, with the forget
/// gate of Gers, Schmidhuber, Cummins: Learning to forget. Neural Computation 12, 2000.
struct LstmCell {
  static constexpr int kGates = 4;
  static constexpr int kInputs = kGates;  // the first ones, whose sums have a part W x
  static constexpr auto kFromState = kAllGates<kGates>;  // whose sums have a part U h
  static constexpr int kStates = 2;
  template <class V>
  static void forward(V& i, V& f, V& g, V& o, const V&, const V& c, V& h_new, V& c_new) {
    i = sigmoid(i);
    f = sigmoid(f);
    g = cell_tanh(g);
    o = sigmoid(o);
    c_new = f * c + i * g;
    h_new = o * cell_tanh(c_new);
  }
  template <class V>
  static void backward(const V& i, const V& f, const V& g, const V& o, const V&, const V& c,
                       const V&, const V& c_new, V& di, V& df, V& dg, V& d_o, V& dh, V& dc) {
    const V t = cell_tanh(c_new);
    d_o = dh * t * (o * (1.0 - o));
    const V dc_new = dc + dh * o * (1.0 - t * t);
    di = dc_new * g * (i * (1.0 - i));
    df = dc_new * c * (f * (1.0 - f));
    dg = dc_new * i * (1.0 - g * g);
    dc = dc_new * f;
    dh = 0.0 * dh;
  }
};

/// h' = (1 - z) n + z h, for r, z = sigmoid(a) and n = tanh(n + r m), where m is the part of n's
/// sum that comes from h: the form that resets after the product with U, as PyTorch's. Cho et al.:
/// Learning phrase representations using RNN encoder-decoder. EMNLP 2014.
struct GruCell {
  static constexpr int kGates = 4;
  static constexpr int kInputs = 3;                                               // none reaches m
  static constexpr std::array<GateRun, 2> kFromState = {{{0, 0, 2}, {2, 3, 1}}};  // r, z, and m
  static constexpr int kStates = 1;
  template <class V>
  static void forward(V& r, V& z, V& n, const V& m, const V& h, V& h_new) {
    r = sigmoid(r);
    z = sigmoid(z);
    n = cell_tanh(n + r * m);
    h_new = (1.0 - z) * n + z * h;
  }
  template <class V>
  static void backward(const V& r, const V& z, const V& n, const V& m, const V& h, const V&, V& dr,
                       V& dz, V& dn, V& dm, V& dh) {
    dn = dh * (1.0 - z) * (1.0 - n * n);
    dr = dn * m * (r * (1.0 - r));
    dm = dn * r;
    dz = dh * (h - n) * (z * (1.0 - z));
    dh = dh * z;
  }
};

}  // namespace gradus
