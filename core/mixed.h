#pragma once
// The loop over elements of several types, where packs of one type do not fit: comparisons give u8
// from numbers, a choice takes a u8 mask beside numbers.  One number at a time, so the formula is
// for plain numbers; where every operand lies in order the compiler makes vectors of it.
#include <gradus/core/elementwise.h>

#include <algorithm>
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
  const Index parts = std::max<Index>(plan.row_length / kPieceElements, 1);
  const Index rows = std::max<Index>(kPieceElements / std::max<Index>(plan.row_length, 1), 1);
  const Index all = plan.rows * parts;
  parallel_for((all + rows - 1) / rows, [&](Index piece) {
    for (Index i = piece * rows; i < std::min(all, (piece + 1) * rows); ++i) {
      Index offsets[kMaxOperands];
      plan.locate(i / parts, offsets);
      const Index first = i % parts * kPieceElements;
      const Index last = (i + 1) % parts == 0 ? plan.row_length : first + kPieceElements;
      run_mixed_row(plan, f, first, last, offsets, std::index_sequence_for<P...>(), at...);
    }
  });
}

}  // namespace gradus::core
