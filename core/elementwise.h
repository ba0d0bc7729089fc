#pragma once
// The one loop over elements.  Ops, derivatives and optimizers all run in it:
//
//   elementwise("axpy", [a](auto& y, auto x) { y += a * x; }, y, x);
//
// The formula is called with packs of numbers (core/pack.h), one of every operand, all at the same
// place.  Operands passed as `Tensor&` are written back, `const Tensor&` are only read; the latter
// broadcast to the shape of the first.  One pass over memory, vectorised with the widest
// instructions of the processor even where the calling file is compiled with plain -O2 (by GCC;
// Clang keeps to the baseline, see core/pack_target.h), and the same bits for every instruction set
// and number of threads.
//
// Limit: memory. In L2 and beyond, on one thread, Adam's formula takes at most 15 % longer than a
// loop that only adds (benchmarks/optim_benchmark.cpp, docs/performance.md).
#include <gradus/core/cpu.h>
#include <gradus/core/loop_plan.h>
#include <gradus/core/pack.h>
#include <gradus/core/parallel.h>
#include <gradus/core/vector_math.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gradus::core {

// --- contiguous runs -----------------------------------------------------------------------------

// One operand's pack at one place: loaded when made, written back by store() if P is not const.
template <class S, class P>
struct Slot {
  P* at;
  S value;
  explicit Slot(P* p) : at(p), value(S::load(p)) {}
  void store() const {
    if constexpr (!std::is_const_v<P>) {
      value.store(at);
    }
  }
};

// The same for the last elements of a run, fewer than a pack: the other lanes are 0.
template <class S, class P>
struct LastSlot {
  P* at;
  int used;
  S value;
  LastSlot(P* p, int n) : at(p), used(n), value(S::load_first(p, n)) {}
  void store() const {
    if constexpr (!std::is_const_v<P>) {
      value.store_first(at, used);
    }
  }
};

template <class F, class... Slots>
inline void apply(F& f, Slots&&... slots) {
  f(slots.value...);
  (slots.store(), ...);
}

// Asks for what lies `kAhead` bytes behind an address, which may be behind the end of the run.  The
// processor's own prefetching stops at every page; at 50 million parameters Adam's step takes 10 %
// longer without.
inline void prefetch(const void* address) {
  constexpr std::uintptr_t kAhead = 1024;
  __builtin_prefetch(
      reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(address) + kAhead));
}

template <int kBytes, class T, class F, class... P>
inline void run_packs(Index n, F& f, P*... at) {
  using S = Pack<T, kBytes>;
  Index i = 0;
  for (; i + S::kLanes <= n; i += S::kLanes) {
    if constexpr (kBytes == 64) {  // a pack is a line of the cache
      (prefetch(at + i), ...);
    }
    apply(f, Slot<S, P>(at + i)...);
  }
  if (i < n) {
    apply(f, LastSlot<S, P>(at + i, static_cast<int>(n - i))...);
  }
}

// `flatten` inlines the formula, and all that it calls, into a function for the instruction set.
// The formula is passed by value: its constants then live in registers.
template <class T, class F, class... P>
[[gnu::flatten]] void run_base(Index n, F f, P*... at) {
  run_packs<16, T>(n, f, at...);
}
#if defined(GRADUS_X86_PACKS)
template <class T, class F, class... P>
[[gnu::flatten, gnu::target("avx2")]] void run_avx2(Index n, F f, P*... at) {
  run_packs<32, T>(n, f, at...);
}
template <class T, class F, class... P>
[[gnu::flatten, gnu::target("avx512f,avx512vl,avx512dq")]] void run_avx512(Index n, F f, P*... at) {
  run_packs<64, T>(n, f, at...);
}
#endif

/// f(at[0][i], at[1][i], ...) for i from 0 to n-1, with the active instruction set, serially.
template <class T, class F, class... P>
inline void run_elements(Index n, const F& f, P*... at) {
#if defined(GRADUS_X86_PACKS)
  switch (active_cpu()) {
    case Cpu::avx512:
      return run_avx512<T>(n, f, at...);
    case Cpu::avx2:
      return run_avx2<T>(n, f, at...);
    case Cpu::base:
      break;
  }
#endif
  run_base<T>(n, f, at...);
}

/// The plain twin: one number at a time.  Tests compare the loops above with it.
template <class T, class F, class... P>
inline void run_plain(Index n, F f, P*... at) {
  run_packs<sizeof(T), T>(n, f, at...);
}

// --- tensors -------------------------------------------------------------------------------------

/// run_elements for a formula and operands that have lost their types.
template <class T, class F, class... P>
void run_untyped(const void* f, Index n, void* const* at) {
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    run_elements<T>(n, *static_cast<const F*>(f), static_cast<P*>(at[K])...);
  }
  (std::index_sequence_for<P...>());
}

/// A formula and its loops over one run of every operand: at[k] is the first element of operand k.
struct ElementLoop {
  using Run = void (*)(const void* formula, Index n, void* const* at);
  const void* formula;
  Run f32;
  Run f64;

  /// Over n elements of the only operand.
  template <class T>
  void operator()(T* x, Index n) const {
    void* const at[] = {x};
    (std::is_same_v<T, float> ? f32 : f64)(formula, n, at);
  }
};

/// The loop of f(x) over one operand, which is written.  f is borrowed.
template <class F>
ElementLoop loop_in_place(const F& f) {
  return {&f, run_untyped<float, F, float>, run_untyped<double, F, double>};
}

/// elementwise() below but for what depends on the formula: compiled once.
void run_tensors(const char* where, const ElementLoop& loop, const Tensor* const* operands, int n,
                 std::initializer_list<bool> written);

/// An operand's elements of type T: const unless they are written.
template <class T, class Operand>
using Element = std::conditional_t<std::is_const_v<std::remove_reference_t<Operand>>, const T, T>;

/// f(x, y, ...) for the elements of the tensors: see the top of this file.  All tensors have the
/// dtype of the first, f32 or f64; written ones have its shape, the others broadcast to it. Written
/// tensors must not overlap other operands except where they are the same elements.
/// Throws DtypeError, ShapeError, or ValueError for writing an expanded view, naming `where`.
template <class F, class... Tensors>
void elementwise(const char* where, const F& f, Tensors&&... tensors) {
  const Tensor* const operands[] = {&tensors...};
  constexpr int n = sizeof...(Tensors);
  static_assert(n <= kMaxOperands);
  const ElementLoop loop = {&f, run_untyped<float, F, Element<float, Tensors>...>,
                            run_untyped<double, F, Element<double, Tensors>...>};
  run_tensors(where, loop, operands, n, {!std::is_const_v<std::remove_reference_t<Tensors>>...});
}

}  // namespace gradus::core
