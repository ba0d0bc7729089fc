#pragma once
// exp, log, tanh and friends on packs.  The f32 exponential is a polynomial in pack arithmetic, so
// it is vectorised and gives the same bits for every width; the others call the C library lane by
// lane.
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
inline Pack<T, kBytes> tanh(const Pack<T, kBytes>& a) {
  return map_lanes(a, [](T x) { return std::tanh(x); });
}

/// a^exponent, as std::pow.
template <class T, int kBytes>
inline Pack<T, kBytes> pow(const Pack<T, kBytes>& a, double exponent) {
  return map_lanes(a, [e = T(exponent)](T x) { return std::pow(x, e); });
}

/// 1 / (1 + e^-a), without overflow for any finite a.
template <class T, int kBytes>
inline Pack<T, kBytes> sigmoid(const Pack<T, kBytes>& a) {
  return 1.0 / (1.0 + exp(-a));
}

}  // namespace gradus
