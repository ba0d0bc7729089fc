#pragma once
// Pack: a register full of numbers that behaves like one number.  A formula written for one scalar
// type, `w -= rate * m / (sqrt(v) + eps)`, runs on packs of 16, 32 or 64 bytes and so on every
// vector instruction set, and on packs of a single number, the plain twin.
//
// All of them give the same bits.  Every operation here is exactly rounded or built from such ones
// alone, and products are never contracted with sums into fused multiply-adds.  (Options that give
// up IEEE arithmetic, such as -ffast-math, give this up too.)
//
// Compilers: GCC and Clang vector types.  Numbers of type double in a formula (hyper-parameters and
// what is computed from them) are rounded to the pack's element type once.
#include <gradus/core/pack_target.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace gradus {

template <class T, int kBytes>
struct PackTypes {
  typedef T Values __attribute__((vector_size(kBytes)));
  using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  typedef Integer Integers __attribute__((vector_size(kBytes)));
};
template <class T, int kBytes>
requires(kBytes == sizeof(T)) struct PackTypes<T, kBytes> {
  using Values = T;
  using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  using Integers = Integer;
};

/// kBytes / sizeof(T) numbers of type T, float or double.
template <class T, int kBytes>
struct Pack {
  using Scalar = T;
  using Values = typename PackTypes<T, kBytes>::Values;
  using Integers = typename PackTypes<T, kBytes>::Integers;
  static constexpr int kLanes = kBytes / int(sizeof(T));

  Values values;

  Pack() = default;
  /// All lanes the same, rounded to T.
  Pack(double x) { Target::broadcast(*this, T(x)); }
  // Not trivial, so that packs are passed by reference under every instruction set's conventions.
  Pack(const Pack& other) : values(other.values) {}
  Pack& operator=(const Pack& other) {
    values = other.values;
    return *this;
  }

  static Pack load(const T* from) {
    Pack p;
    std::memcpy(&p.values, from, sizeof(Values));
    return p;
  }
  void store(T* to) const { std::memcpy(to, &values, sizeof(Values)); }
  /// The first n lanes alone; the others are loaded as 0, and not stored.
  static Pack load_first(const T* from, int n) {
    Pack p;
    Target::load_first(p, from, n);
    return p;
  }
  void store_first(T* to, int n) const { Target::store_first(*this, to, n); }

  friend Pack operator+(const Pack& a, const Pack& b) { return of(a.values + b.values); }
  friend Pack operator-(const Pack& a, const Pack& b) { return of(a.values - b.values); }
  friend Pack operator*(const Pack& a, const Pack& b) {
    Pack p;
    Target::product(p, a, b);
    return p;
  }
  friend Pack operator/(const Pack& a, const Pack& b) { return of(a.values / b.values); }
  friend Pack operator-(const Pack& a) { return of(-a.values); }
  Pack& operator+=(const Pack& b) { return *this = *this + b; }
  Pack& operator-=(const Pack& b) { return *this = *this - b; }
  Pack& operator*=(const Pack& b) { return *this = *this * b; }
  Pack& operator/=(const Pack& b) { return *this = *this / b; }

  /// The lanes' truth values, for where().  Not trivial, for the reason that a Pack is not.
  struct Mask {
    using Truth = decltype(Values{} < Values{});
    Truth truth;

    Mask() = default;
    Mask(const Mask& other) : truth(other.truth) {}
    Mask& operator=(const Mask& other) {
      truth = other.truth;
      return *this;
    }
    friend Mask operator&&(const Mask& a, const Mask& b) {
      Mask both;
      both.truth = a.truth & b.truth;
      return both;
    }
    friend Mask operator||(const Mask& a, const Mask& b) {
      Mask either;
      either.truth = a.truth | b.truth;
      return either;
    }
  };
  friend Mask operator<(const Pack& a, const Pack& b) { return compare<Order::less>(a, b); }
  friend Mask operator>(const Pack& a, const Pack& b) { return compare<Order::less>(b, a); }
  friend Mask operator<=(const Pack& a, const Pack& b) { return compare<Order::at_most>(a, b); }
  friend Mask operator>=(const Pack& a, const Pack& b) { return compare<Order::at_most>(b, a); }
  friend Mask operator==(const Pack& a, const Pack& b) { return compare<Order::equal>(a, b); }
  friend Mask operator!=(const Pack& a, const Pack& b) { return compare<Order::differ>(a, b); }

  /// Lane by lane: a where the mask is true, otherwise b.
  friend Pack where(const Mask& mask, const Pack& a, const Pack& b) {
    Pack p;
    Target::select(p, mask, a, b);
    return p;
  }

  /// The larger; NaN if either is NaN.
  friend Pack max(const Pack& a, const Pack& b) { return where(a > b || a != a, a, b); }
  /// The smaller; NaN if either is NaN.
  friend Pack min(const Pack& a, const Pack& b) { return where(a < b || a != a, a, b); }

  /// The bits as integers, and back.
  void bits(Integers& to) const { std::memcpy(&to, &values, sizeof to); }
  static Pack from_bits(const Integers& bits) {
    Pack p;
    std::memcpy(&p.values, &bits, sizeof bits);
    return p;
  }

  /// f of every lane, one after the other.
  template <class F>
  friend Pack map_lanes(const Pack& a, F f) {
    T lanes[kLanes];
    a.store(lanes);
    for (T& lane : lanes) {
      lane = f(lane);
    }
    return load(lanes);
  }
  template <class F>
  friend Pack map_lanes(const Pack& a, const Pack& b, F f) {
    T lanes[kLanes];
    T others[kLanes];
    a.store(lanes);
    b.store(others);
    for (int i = 0; i < kLanes; ++i) {
      lanes[i] = f(lanes[i], others[i]);
    }
    return load(lanes);
  }

 private:
  using Target = PackTarget<kBytes>;

  static Pack of(const Values& values) {
    Pack p;
    p.values = values;
    return p;
  }
  template <Order kOrder>
  static Mask compare(const Pack& a, const Pack& b) {
    Mask mask;
    Target::template compare<kOrder>(mask, a, b);
    return mask;
  }
};

/// The correctly rounded square root.
template <class T, int kBytes>
inline Pack<T, kBytes> sqrt(const Pack<T, kBytes>& a) {
  Pack<T, kBytes> r;
  PackTarget<kBytes>::root(r, a);
  return r;
}

template <class T, int kBytes>
inline Pack<T, kBytes> abs(const Pack<T, kBytes>& a) {
  using P = Pack<T, kBytes>;
  using Integer = typename PackTypes<T, kBytes>::Integer;
  typename P::Integers bits;
  a.bits(bits);
  bits &= static_cast<Integer>(sizeof(T) == 4 ? 0x7fffffff : 0x7fffffffffffffff);
  return P::from_bits(bits);
}
/// -1, 0 or 1; NaN of NaN.
template <class T, int kBytes>
inline Pack<T, kBytes> sign(const Pack<T, kBytes>& a) {
  using P = Pack<T, kBytes>;
  return where(a > P(0), P(1), where(a < P(0), P(-1), a));
}

}  // namespace gradus
