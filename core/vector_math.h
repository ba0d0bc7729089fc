#pragma once
// exp, log, tanh and friends on packs.  exp, tanh and erf of f32 are polynomials in pack
// arithmetic, so they are vectorised and give the same bits for every width; the others call the C
// library lane by lane.
#include <gradus/core/pack.h>

namespace gradus {

/// e^a.  f32: within 1.1 ulp of the exact value where that is a normal number; overflows to
/// infinity above 88.72, goes gradually to 0 below -87.33; NaN stays NaN.
template <int kBytes>
inline Pack<float, kBytes> exp(const Pack<float, kBytes>& a) {
  using P = Pack<float, kBytes>;
  // a = n ln2 + r with |r| <= ln2 / 2, and e^a = 2^n e^r.
  const P x = where(a > P(89.0), P(89.0), where(a < P(-104.0), P(-104.0), a));
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
  const P shifter = 12582912.0;
  const P shifted = x * P(1.44269504088896341) + shifter;
  const P n = shifted - shifter;
  typename P::Integers integer;
  typename P::Integers zero;
  shifted.bits(integer);
  shifter.bits(zero);
  integer -= zero;
  // ln2 in two parts, so that n times the first is exact.
  const P r = (x - n * P(0.693359375)) - n * P(-2.12194440054690583e-4);
  // Taylor's series of e^r, cut after the term that still matters at |r| = 0.347 in f32.
  P p = 1.0 / 5040;
  p = p * r + P(1.0 / 720);
  p = p * r + P(1.0 / 120);
  p = p * r + P(1.0 / 24);
  p = p * r + P(1.0 / 6);
  p = p * r + P(0.5);
  p = (p * r) * r + r + P(1.0);
  // 2^n in two factors: n reaches from -150 to 128, an exponent only from -126 to 127.
  const typename P::Integers half = integer >> 1;
  const P first = P::from_bits((half + 127) << 23);
  const P second = P::from_bits((integer - half + 127) << 23);
  return p * first * second;
}
template <int kBytes>
inline Pack<double, kBytes> exp(const Pack<double, kBytes>& a) {
  return map_lanes(a, [](double x) { return std::exp(x); });
}

template <class T, int kBytes>
inline Pack<T, kBytes> log(const Pack<T, kBytes>& a) {
  return map_lanes(a, [](T x) { return std::log(x); });
}
template <class T, int kBytes>
inline Pack<T, kBytes> log1p(const Pack<T, kBytes>& a) {
  return map_lanes(a, [](T x) { return std::log1p(x); });
}
template <class T, int kBytes>
inline Pack<T, kBytes> expm1(const Pack<T, kBytes>& a) {
  return map_lanes(a, [](T x) { return std::expm1(x); });
}
template <class T, int kBytes>
inline Pack<T, kBytes> sin(const Pack<T, kBytes>& a) {
  return map_lanes(a, [](T x) { return std::sin(x); });
}
template <class T, int kBytes>
inline Pack<T, kBytes> cos(const Pack<T, kBytes>& a) {
  return map_lanes(a, [](T x) { return std::cos(x); });
}

/// f32: within 2 ulp of the exact value.
template <int kBytes>
inline Pack<float, kBytes> tanh(const Pack<float, kBytes>& a) {
  using P = Pack<float, kBytes>;
  // Near 0 an odd polynomial (S. Moshier, Cephes 2.8, tanhf.c), beyond it 1 - 2 / (e^2|a| + 1).
  const P z = a * a;
  P p = -5.70498872745e-3;
  p = p * z + P(2.06390887954e-2);
  p = p * z + P(-5.37397155531e-2);
  p = p * z + P(1.33314422036e-1);
  p = p * z + P(-3.33332819422e-1);
  const P small = where(z == P(0), a, p * z * a + a);  // -0 stays what it is
  const P size = abs(a);
  const P large = 1.0 - 2.0 / (exp(size + size) + 1.0);
  return where(size > P(0.625), where(a < P(0), -large, large), small);
}
template <int kBytes>
inline Pack<double, kBytes> tanh(const Pack<double, kBytes>& a) {
  return map_lanes(a, [](double x) { return std::tanh(x); });
}

/// The error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to a.  f32: within 2 ulp.
template <int kBytes>
inline Pack<float, kBytes> erf(const Pack<float, kBytes>& a) {
  using P = Pack<float, kBytes>;
  // Minimax polynomials (N. Juffa, 2016): near 0 an odd one, beyond it 1 - e^q(|a|).
  const P s = a * a;
  const P t = abs(a);
  P p = -5.96761703e-4;
  p = p * s + P(4.99119423e-3);
  p = p * s + P(-2.67681349e-2);
  p = p * s + P(1.12819925e-1);
  p = p * s + P(-3.76125336e-1);
  p = p * s + P(1.28379166e-1);
  const P small = p * a + a;
  P q = P(-1.72853470e-5) * t + P(3.83197126e-4);
  q = q * s + (P(-3.88396438e-3) * t + P(2.42546219e-2));
  q = q * t + P(-1.06777877e-1);
  q = q * t + P(-6.34846687e-1);
  q = q * t + P(-1.28717512e-1);
  const P large = 1.0 - exp(q * t - t);
  return where(t > P(0.927734375), where(a < P(0), -large, large), small);
}
template <int kBytes>
inline Pack<double, kBytes> erf(const Pack<double, kBytes>& a) {
  return map_lanes(a, [](double x) { return std::erf(x); });
}

/// a^exponent, as std::pow.
template <class T, int kBytes>
inline Pack<T, kBytes> pow(const Pack<T, kBytes>& a, double exponent) {
  return map_lanes(a, [e = T(exponent)](T x) { return std::pow(x, e); });
}
template <class T, int kBytes>
inline Pack<T, kBytes> pow(const Pack<T, kBytes>& a, const Pack<T, kBytes>& exponent) {
  return map_lanes(a, exponent, [](T x, T e) { return std::pow(x, e); });
}

/// 1 / (1 + e^-a), without overflow for any finite a.
template <class T, int kBytes>
inline Pack<T, kBytes> sigmoid(const Pack<T, kBytes>& a) {
  return 1.0 / (1.0 + exp(-a));
}

}  // namespace gradus
