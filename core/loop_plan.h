#pragma once
// How to walk several strided, broadcast operands together: as few dimensions as possible, the
// innermost as long as possible.
#include <gradus/core/tensor.h>

namespace gradus::core {

inline constexpr int kMaxOperands = 8;

struct LoopPlan {
  int operands = 0;
  Index rows = 1;        ///< how many innermost runs there are
  Index row_length = 1;  ///< elements of each
  Shape outer;           ///< sizes of the dimensions over the rows
  Index inner_stride[kMaxOperands];
  Shape outer_stride[kMaxOperands];
  bool dense = false;  ///< every operand is one run, in order

  /// Positions of a row's first element in every operand, relative to the operand's first.
  void locate(Index row, Index* offsets) const;
};

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
