#pragma once
// The operations of packs (core/pack.h) whose code depends on the instruction set: for each width a
// struct of functions compiled for its target alone, which can be inlined only into a loop for the
// same target.
//
// The three read alike and cannot be one: what GCC makes of a broadcast, a comparison or a
// selection is settled in the function in which it is written.  In a function for the baseline a
// broadcast to 64 bytes becomes sixteen insertions, and momentum's step takes seven times as long.
//
// load_first and store_first touch the first n lanes and no other memory; the other lanes are 0.
// (Through a buffer on the stack the end of a run took as long as ten packs.)
#include <cmath>
#include <cstdint>
#include <cstring>

// Wider than the baseline only where functions are inlined, which carries the instruction set into
// a formula: Clang leaves some out, and its -O3 (14.0) then passes vectors by two conventions, with
// wrong results.  For ThreadSanitizer widths make no difference but half more time to compile.
#if defined(__x86_64__) && !defined(__NO_INLINE__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__)
#define GRADUS_X86_PACKS 1
#endif

// The empty assembly statement hides from the optimizer that the value is a product, so that it is
// not fused with a following sum.  GCC fuses wherever the target has the instruction; Clang fuses
// only inside one expression of the source, which a product function never is.
#if defined(__GNUC__) && !defined(__clang__) && defined(__aarch64__)
#define GRADUS_OPAQUE(value) asm("" : "+w"(value))
#elif defined(__GNUC__) && !defined(__clang__) && defined(__FMA__)
#define GRADUS_OPAQUE(value) asm("" : "+v"(value))
#else
#define GRADUS_OPAQUE(value)
#endif

namespace gradus {

enum class Order { less, at_most, equal, differ };

/// The baseline: 16 bytes, and single numbers.
template <int kBytes>
struct PackTarget {
  template <class P>
  static void load_first(P& r, const typename P::Scalar* from, int n) {
    typename P::Scalar lanes[P::kLanes] = {};
    for (int i = 0; i < n; ++i) {
      lanes[i] = from[i];
    }
    r = P::load(lanes);
  }
  template <class P>
  static void store_first(const P& a, typename P::Scalar* to, int n) {
    typename P::Scalar lanes[P::kLanes];
    a.store(lanes);
    for (int i = 0; i < n; ++i) {
      to[i] = lanes[i];
    }
  }
  template <class P>
  static void broadcast(P& r, typename P::Scalar x) {
    r.values = x - typename P::Values{};  // -0.0 stays what it is, which it would not in x + 0
  }
  template <Order kOrder, class P>
  static void compare(typename P::Mask& r, const P& a, const P& b) {
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
  static void select(P& r, const typename P::Mask& mask, const P& a, const P& b) {
    r.values = mask.truth ? a.values : b.values;
  }
  template <class P>
  static void product(P& r, const P& a, const P& b) {
    r.values = a.values * b.values;
    GRADUS_OPAQUE(r.values);
  }
  template <class P>
  static void root(P& r, const P& a) {
#if defined(__x86_64__)
    if constexpr (kBytes == 16 && sizeof(typename P::Scalar) == 4) {
      asm("sqrtps %1, %0" : "=x"(r.values) : "x"(a.values));
      return;
    } else if constexpr (kBytes == 16) {
      asm("sqrtpd %1, %0" : "=x"(r.values) : "x"(a.values));
      return;
    }
#endif
    r = map_lanes(a, [](typename P::Scalar x) { return std::sqrt(x); });
  }
};

#if defined(GRADUS_X86_PACKS)
// 32 bytes from the middle less n lanes are the mask of the first n lanes.
inline constexpr std::int32_t kOnesThenZeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

template <>
struct PackTarget<32> {
  template <class P>
  [[gnu::target("avx2")]] static void load_first(P& r, const typename P::Scalar* from, int n) {
    using Lanes = typename P::Scalar[P::kLanes];
    typename P::Integers mask;
    std::memcpy(&mask, kOnesThenZeros + 8 - n * int(sizeof(typename P::Scalar)) / 4, sizeof mask);
    const Lanes& memory = *reinterpret_cast<const Lanes*>(from);
    if constexpr (sizeof(typename P::Scalar) == 4) {
      asm("vmaskmovps %1, %2, %0" : "=x"(r.values) : "m"(memory), "x"(mask));
    } else {
      asm("vmaskmovpd %1, %2, %0" : "=x"(r.values) : "m"(memory), "x"(mask));
    }
  }
  template <class P>
  [[gnu::target("avx2")]] static void store_first(const P& a, typename P::Scalar* to, int n) {
    using Lanes = typename P::Scalar[P::kLanes];
    typename P::Integers mask;
    std::memcpy(&mask, kOnesThenZeros + 8 - n * int(sizeof(typename P::Scalar)) / 4, sizeof mask);
    Lanes& memory = *reinterpret_cast<Lanes*>(to);
    if constexpr (sizeof(typename P::Scalar) == 4) {
      asm("vmaskmovps %1, %2, %0" : "+m"(memory) : "x"(a.values), "x"(mask));
    } else {
      asm("vmaskmovpd %1, %2, %0" : "+m"(memory) : "x"(a.values), "x"(mask));
    }
  }
  template <class P>
  [[gnu::target("avx2")]] static void broadcast(P& r, typename P::Scalar x) {
    r.values = x - typename P::Values{};  // -0.0 stays what it is, which it would not in x + 0
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
  template <class P>
  [[gnu::target("avx2")]] static void root(P& r, const P& a) {
    if constexpr (sizeof(typename P::Scalar) == 4) {
      asm("vsqrtps %1, %0" : "=x"(r.values) : "x"(a.values));
    } else {
      asm("vsqrtpd %1, %0" : "=x"(r.values) : "x"(a.values));
    }
  }
};

template <>
struct PackTarget<64> {
  template <class P>
  [[gnu::target("avx512f")]] static void load_first(P& r, const typename P::Scalar* from, int n) {
    using Lanes = typename P::Scalar[P::kLanes];
    const auto mask = static_cast<std::uint16_t>((1U << n) - 1);
    const Lanes& memory = *reinterpret_cast<const Lanes*>(from);
    if constexpr (sizeof(typename P::Scalar) == 4) {
      asm("vmovups %1, %0%{%2%}%{z%}" : "=v"(r.values) : "m"(memory), "Yk"(mask));
    } else {
      asm("vmovupd %1, %0%{%2%}%{z%}" : "=v"(r.values) : "m"(memory), "Yk"(mask));
    }
  }
  template <class P>
  [[gnu::target("avx512f")]] static void store_first(const P& a, typename P::Scalar* to, int n) {
    using Lanes = typename P::Scalar[P::kLanes];
    const auto mask = static_cast<std::uint16_t>((1U << n) - 1);
    Lanes& memory = *reinterpret_cast<Lanes*>(to);
    if constexpr (sizeof(typename P::Scalar) == 4) {
      asm("vmovups %1, %0%{%2%}" : "+m"(memory) : "v"(a.values), "Yk"(mask));
    } else {
      asm("vmovupd %1, %0%{%2%}" : "+m"(memory) : "v"(a.values), "Yk"(mask));
    }
  }
  template <class P>
  [[gnu::target("avx512f")]] static void broadcast(P& r, typename P::Scalar x) {
    r.values = x - typename P::Values{};  // -0.0 stays what it is, which it would not in x + 0
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
    asm("" : "+v"(r.values));  // every AVX-512 target can fuse
  }
  template <class P>
  [[gnu::target("avx512f")]] static void root(P& r, const P& a) {
    if constexpr (sizeof(typename P::Scalar) == 4) {
      asm("vsqrtps %1, %0" : "=v"(r.values) : "v"(a.values));
    } else {
      asm("vsqrtpd %1, %0" : "=v"(r.values) : "v"(a.values));
    }
  }
};
#endif
#undef GRADUS_OPAQUE

}  // namespace gradus
