#pragma once
// Pack: a register full of numbers that behaves like one number.  A formula written for one scalar
// type, `w -= rate * m / (sqrt(v) + eps)`, runs on packs of 16, 32 or 64 bytes and so on every
// vector instruction set, and on packs of a single number, the plain twin.
//
// All of them give the same bits.  Every operation here is exactly rounded or built from such ones
// alone, and products are never contracted with sums into fused multiply-adds, whatever the
// compiler's flags say.
//
// Compilers: GCC and Clang vector types.  Numbers of type double in a formula (hyper-parameters and
// what is computed from them) are rounded to the pack's element type once.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

// The widths that need more than the baseline instructions are compiled only when functions are
// inlined: that is what carries their instruction set into the formula.
#if defined(__x86_64__) && !defined(__NO_INLINE__)
#define GRADUS_X86_PACKS 1
#endif

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

enum class Order { less, at_most, equal, differ };

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
  Pack(double x) { broadcast(*this, T(x)); }
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

  friend Pack operator+(const Pack& a, const Pack& b) { return of(a.values + b.values); }
  friend Pack operator-(const Pack& a, const Pack& b) { return of(a.values - b.values); }
  friend Pack operator*(const Pack& a, const Pack& b) { return product(a, b); }
  friend Pack operator/(const Pack& a, const Pack& b) { return of(a.values / b.values); }
  friend Pack operator-(const Pack& a) { return of(-a.values); }
  Pack& operator+=(const Pack& b) { return *this = *this + b; }
  Pack& operator-=(const Pack& b) { return *this = *this - b; }
  Pack& operator*=(const Pack& b) { return *this = *this * b; }
  Pack& operator/=(const Pack& b) { return *this = *this / b; }

  /// The lanes' truth values, for where().
  struct Mask {
    using Truth = decltype(Values{} < Values{});
    Truth truth;
    friend Mask operator&&(const Mask& a, const Mask& b) { return {Truth(a.truth & b.truth)}; }
    friend Mask operator||(const Mask& a, const Mask& b) { return {Truth(a.truth | b.truth)}; }
  };
  friend Mask operator<(const Pack& a, const Pack& b) { return compare<Order::less>(a, b); }
  friend Mask operator>(const Pack& a, const Pack& b) { return compare<Order::less>(b, a); }
  friend Mask operator<=(const Pack& a, const Pack& b) { return compare<Order::at_most>(a, b); }
  friend Mask operator>=(const Pack& a, const Pack& b) { return compare<Order::at_most>(b, a); }
  friend Mask operator==(const Pack& a, const Pack& b) { return compare<Order::equal>(a, b); }
  friend Mask operator!=(const Pack& a, const Pack& b) { return compare<Order::differ>(a, b); }

  /// Lane by lane: a where the mask is true, otherwise b.
  friend Pack where(const Mask& mask, const Pack& a, const Pack& b) { return select(mask, a, b); }

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

 private:
  static void broadcast(Pack& p, T x);
  static Pack of(const Values& values) {
    Pack p;
    p.values = values;
    return p;
  }
  static Pack product(const Pack& a, const Pack& b);
  template <Order kOrder>
  static Mask compare(const Pack& a, const Pack& b);
  static Pack select(const Mask& mask, const Pack& a, const Pack& b);
};

template <class T>
struct IsPack : std::false_type {};
template <class T, int kBytes>
struct IsPack<Pack<T, kBytes>> : std::true_type {};

// --- where the instruction set matters -----------------------------------------------------------

// The empty assembly statement hides from the optimizer that the value is a product, so that it is
// not fused with a following sum.  GCC fuses whenever the target has the instruction; Clang fuses
// only inside one expression of the source, which a product function never is.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#if defined(__FMA__) || defined(__AVX512F__)
#define GRADUS_OPAQUE(value) asm("" : "+v"(value))
#else
#define GRADUS_OPAQUE(value)
#endif
#elif defined(__GNUC__) && !defined(__clang__) && defined(__aarch64__)
#define GRADUS_OPAQUE(value) asm("" : "+w"(value))
#else
#define GRADUS_OPAQUE(value)
#endif

#if defined(GRADUS_X86_PACKS)
/// What must be compiled for the instructions of one width: functions for that target alone, which
/// can be inlined only into a loop for the same target.  (GCC makes sixteen insertions of a
/// broadcast that is written in a function for the baseline.)
template <int kBytes>
struct Wide;
template <>
struct Wide<32> {
  template <class P>
  [[gnu::target("avx2")]] static void broadcast(P& r, typename P::Scalar x) {
    r.values = x - typename P::Values{};
  }
  template <Order kOrder, class P>
  [[gnu::target("avx2")]] static void compare(typename P::Mask& r, const P& a, const P& b) {
    if constexpr (kOrder == Order::less) {
      r.truth = a.values < b.values;
    } else if constexpr (kOrder == Order::at_most) {
      r.truth = a.values <= b.values;
    } else if constexpr (kOrder == Order::equal) {
      r.truth = a.values == b.values;
    } else {
      r.truth = a.values != b.values;
    }
  }
  template <class P>
  [[gnu::target("avx2")]] static void select(P& r, const typename P::Mask& mask, const P& a,
                                             const P& b) {
    r.values = mask.truth ? a.values : b.values;
  }
  template <class P>
  [[gnu::target("avx2")]] static void product(P& r, const P& a, const P& b) {
    r.values = a.values * b.values;
    GRADUS_OPAQUE(r.values);
  }
  [[gnu::target("avx2")]] static void root(Pack<float, 32>& r, const Pack<float, 32>& a) {
    asm("vsqrtps %1, %0" : "=x"(r.values) : "x"(a.values));
  }
  [[gnu::target("avx2")]] static void root(Pack<double, 32>& r, const Pack<double, 32>& a) {
    asm("vsqrtpd %1, %0" : "=x"(r.values) : "x"(a.values));
  }
};
template <>
struct Wide<64> {
  template <class P>
  [[gnu::target("avx512f")]] static void broadcast(P& r, typename P::Scalar x) {
    r.values = x - typename P::Values{};
  }
  template <Order kOrder, class P>
  [[gnu::target("avx512f")]] static void compare(typename P::Mask& r, const P& a, const P& b) {
    if constexpr (kOrder == Order::less) {
      r.truth = a.values < b.values;
    } else if constexpr (kOrder == Order::at_most) {
      r.truth = a.values <= b.values;
    } else if constexpr (kOrder == Order::equal) {
      r.truth = a.values == b.values;
    } else {
      r.truth = a.values != b.values;
    }
  }
  template <class P>
  [[gnu::target("avx512f")]] static void select(P& r, const typename P::Mask& mask, const P& a,
                                                const P& b) {
    r.values = mask.truth ? a.values : b.values;
  }
  template <class P>
  [[gnu::target("avx512f")]] static void product(P& r, const P& a, const P& b) {
    r.values = a.values * b.values;
#if !defined(__clang__)
    asm("" : "+v"(r.values));  // every AVX-512 target can fuse
#endif
  }
  [[gnu::target("avx512f")]] static void root(Pack<float, 64>& r, const Pack<float, 64>& a) {
    asm("vsqrtps %1, %0" : "=v"(r.values) : "v"(a.values));
  }
  [[gnu::target("avx512f")]] static void root(Pack<double, 64>& r, const Pack<double, 64>& a) {
    asm("vsqrtpd %1, %0" : "=v"(r.values) : "v"(a.values));
  }
};
#endif

template <class T, int kBytes>
inline void Pack<T, kBytes>::broadcast(Pack& p, T x) {
#if defined(GRADUS_X86_PACKS)
  if constexpr (kBytes > 16) {
    return Wide<kBytes>::broadcast(p, x);
  }
#endif
  p.values = x - Values{};  // -0.0 stays what it is, which it would not in x + 0
}

template <class T, int kBytes>
template <Order kOrder>
inline typename Pack<T, kBytes>::Mask Pack<T, kBytes>::compare(const Pack& a, const Pack& b) {
  Mask r;
#if defined(GRADUS_X86_PACKS)
  if constexpr (kBytes > 16) {
    Wide<kBytes>::template compare<kOrder>(r, a, b);
    return r;
  }
#endif
  if constexpr (kOrder == Order::less) {
    r.truth = a.values < b.values;
  } else if constexpr (kOrder == Order::at_most) {
    r.truth = a.values <= b.values;
  } else if constexpr (kOrder == Order::equal) {
    r.truth = a.values == b.values;
  } else {
    r.truth = a.values != b.values;
  }
  return r;
}

template <class T, int kBytes>
inline Pack<T, kBytes> Pack<T, kBytes>::select(const Mask& mask, const Pack& a, const Pack& b) {
  Pack r;
#if defined(GRADUS_X86_PACKS)
  if constexpr (kBytes > 16) {
    Wide<kBytes>::select(r, mask, a, b);
    return r;
  }
#endif
  r.values = mask.truth ? a.values : b.values;
  return r;
}

template <class T, int kBytes>
inline Pack<T, kBytes> Pack<T, kBytes>::product(const Pack& a, const Pack& b) {
  Pack r;
#if defined(GRADUS_X86_PACKS)
  if constexpr (kBytes > 16) {
    Wide<kBytes>::product(r, a, b);
    return r;
  }
#endif
  r.values = a.values * b.values;
  GRADUS_OPAQUE(r.values);
  return r;
}

/// The correctly rounded square root.
template <class T, int kBytes>
inline Pack<T, kBytes> sqrt(const Pack<T, kBytes>& a) {
#if defined(GRADUS_X86_PACKS)
  Pack<T, kBytes> r;
  if constexpr (kBytes > 16) {
    Wide<kBytes>::root(r, a);
    return r;
  } else if constexpr (kBytes == 16 && sizeof(T) == 4) {
    asm("sqrtps %1, %0" : "=x"(r.values) : "x"(a.values));
    return r;
  } else if constexpr (kBytes == 16) {
    asm("sqrtpd %1, %0" : "=x"(r.values) : "x"(a.values));
    return r;
  }
#endif
  return map_lanes(a, [](T x) { return std::sqrt(x); });
}
#undef GRADUS_OPAQUE

// --- the same on every target --------------------------------------------------------------------

template <class T, int kBytes>
inline Pack<T, kBytes> abs(const Pack<T, kBytes>& a) {
  using P = Pack<T, kBytes>;
  using Integer = typename PackTypes<T, kBytes>::Integer;
  typename P::Integers bits;
  a.bits(bits);
  bits &= static_cast<Integer>(sizeof(T) == 4 ? 0x7fffffff : 0x7fffffffffffffff);
  return P::from_bits(bits);
}
/// The larger; NaN if either is NaN.
template <class T, int kBytes>
inline Pack<T, kBytes> max(const Pack<T, kBytes>& a, const Pack<T, kBytes>& b) {
  return where(a > b || a != a, a, b);
}
/// The smaller; NaN if either is NaN.
template <class T, int kBytes>
inline Pack<T, kBytes> min(const Pack<T, kBytes>& a, const Pack<T, kBytes>& b) {
  return where(a < b || a != a, a, b);
}
/// -1, 0 or 1; NaN of NaN.
template <class T, int kBytes>
inline Pack<T, kBytes> sign(const Pack<T, kBytes>& a) {
  using P = Pack<T, kBytes>;
  return where(a > P(0), P(1), where(a < P(0), P(-1), a));
}

}  // namespace gradus
