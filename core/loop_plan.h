#pragma once
// How to walk several strided, broadcast operands together: as few dimensions as possible, the
// innermost as long as possible.
#include <gradus/core/parallel.h>
#include <gradus/core/tensor.h>

#include <algorithm>

namespace gradus::core {

inline constexpr int kMaxOperands = 8;

struct LoopPlan {
  int operands = 0;
  Index rows = 1;        ///< how many innermost runs there are; where it is 0, no more is said
  Index row_length = 1;  ///< elements of each
  Shape outer;           ///< sizes of the dimensions over the rows
  Index inner_stride[kMaxOperands];
  Shape outer_stride[kMaxOperands];
  bool dense = false;  ///< every operand is one run, in order

  /// A row: where it stands among the outer dimensions, and the places of its first element in
  /// every operand, relative to the operand's first.
  struct Row {
    Index at[kMaxRank];
    Index offsets[kMaxOperands];
  };
  Row locate(Index row) const;  ///< below rows
  /// To the next one; from the last one back to the first.
  void advance(Row& row) const;
};

/// f(offsets, first, length) for all elements, in pieces of a parallel loop: elements first, ...,
/// first + length - 1 of the row that begins at these offsets.  A piece is several rows, or a part
/// of a long one.
template <class F>
void for_row_parts(const LoopPlan& plan, const F& f) {
  const Index parts = std::max<Index>(plan.row_length / kPieceElements, 1);
  const Index rows = std::max<Index>(kPieceElements / std::max<Index>(plan.row_length, 1), 1);
  const Index all = plan.rows * parts;
  parallel_for((all + rows - 1) / rows, [&](Index piece) {
    LoopPlan::Row row = plan.locate(piece * rows / parts);
    for (Index i = piece * rows; i < std::min(all, (piece + 1) * rows); ++i) {
      const Index first = i % parts * kPieceElements;
      const bool ends = (i + 1) % parts == 0;
      f(row.offsets, first, ends ? plan.row_length - first : kPieceElements);
      if (ends) {
        plan.advance(row);
      }
    }
  });
}

/// A plan over `shape`; each operand broadcasts to it.  Throws ShapeError naming `where`.
LoopPlan plan_loop(const char* where, const Shape& shape, const Tensor* const* operands, int n);

/// True if all operands are dense, of one shape and one dtype: one run goes over them, and
/// check_operands would find nothing.
bool is_one_run(const Tensor* const* operands, int n);

/// Throws ValueError if x is an expanded view: several of its elements are one place in memory.
void require_unexpanded(const char* where, const Tensor& x);

/// Throws DtypeError unless all operands have the first one's dtype, ShapeError unless those that
/// are written have its shape, ValueError if one of those is an expanded view.
void check_operands(const char* where, const Tensor* const* operands, int n,
                    std::initializer_list<bool> written);

}  // namespace gradus::core
