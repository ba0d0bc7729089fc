#pragma once
// The loop over elements of several types, where packs of one type do not fit: comparisons give u8
// from numbers, a choice takes a u8 mask beside numbers.  One number at a time, so the formula is
// for plain numbers; where every operand lies in order the compiler makes vectors of it.
#include <gradus/core/elementwise.h>

#include <array>
#include <utility>

namespace gradus::core {

template <class F, std::size_t... K, class... P>
void run_mixed_row(const LoopPlan& plan, const F& f, Index first, Index last, const Index* offsets,
                   std::index_sequence<K...>, P*... at) {
  const std::array<Index, sizeof...(P)> step = {plan.inner_stride[K]...};
  if (((step[K] == 1) && ...)) {
    for (Index i = first; i < last; ++i) {
      f((at + offsets[K])[i]...);
    }
    return;
  }
  for (Index i = first; i < last; ++i) {
    f((at + offsets[K])[i * step[K]]...);
  }
}

/// f(*a, *b, ...) for the elements at the same place of all operands, of which at[k] is the first.
template <class F, class... P>
void run_mixed(const LoopPlan& plan, const F& f, P*... at) {
  for_row_parts(plan, [&](const Index* offsets, Index first, Index length) {
    run_mixed_row(plan, f, first, first + length, offsets, std::index_sequence_for<P...>(), at...);
  });
}

}  // namespace gradus::core
