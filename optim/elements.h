#pragma once
// A rule's passes over memory.  Inside, write the formula for one element:
//
//   update_elements("Adam", [...](auto& w, auto g, auto& m, auto& v) { ... }, w, g, s.m, s.v);
//
// It is core::elementwise: operands given as `Tensor&` are written, `const Tensor&` are read and
// broadcast, all in one pass.  While a step is being explained the same formula runs on Traced
// numbers too.  named("divisor", x) inside, and around what is computed from options, makes a line
// of the explanation; otherwise it is x.
#include <gradus/core/elementwise.h>
#include <gradus/optim/trace.h>

namespace gradus::optim {

inline Number named(const char* name, const Number& x) {
  return Trace::active() ? Number(Term{x, write_line(name, x.term())}) : x;
}
template <Plain A>
Number named(const char* name, A x) {
  return named(name, Number(x));
}
inline Traced named(const char* name, const Traced& x) {
  return Traced(Term{x.value(), write_line(name, x.term())}, x.is_single());
}
template <class T, int kBytes>
Pack<T, kBytes> named(const char*, const Pack<T, kBytes>& x) {
  return x;
}
/// Gives a tensor that is no part of the state a name in explanations.
inline const Tensor& named(const char* name, const Tensor& x) {
  if (Trace* trace = Trace::active()) {
    trace->name(name, x);
  }
  return x;
}
inline Tensor& named(const char* name, Tensor& x) {
  named(name, std::as_const(x));
  return x;
}

/// Runs the formula on what the trace watches; changes no tensor.
template <class F, class First, class... Others>
void trace_elements(Trace& trace, const F& f, const First& first, const Others&... others) {
  const Index n = trace.elements(first);
  for (Index i = 0; i < n; ++i) {
    trace.select(i);
    Traced operands[] = {trace.operand(first), trace.operand(others)...};
    [&]<std::size_t... K>(std::index_sequence<K...>) { f(operands[K]...); }
    (std::make_index_sequence<1 + sizeof...(Others)>());
  }
  trace.leave();
}

/// core::elementwise (which states what it throws), watched by the active trace if there is one.
template <class F, class... Tensors>
void update_elements(const char* where, const F& f, Tensors&&... tensors) {
  if (Trace* trace = Trace::active()) [[unlikely]] {
    trace_elements(*trace, f, tensors...);  // first: it reads what the pass will read
    const Trace::Scope unwatched(nullptr);
    return core::elementwise(where, f, tensors...);
  }
  core::elementwise(where, f, tensors...);
}

}  // namespace gradus::optim
