#include <gradus/core/elementwise.h>

#include <algorithm>

namespace gradus::core {
namespace {

constexpr Index kGathered = 256;  // elements of a strided row that are gathered together

// One operand of a strided row: blocks of it are gathered into a buffer, and scattered back if they
// are written, unless it lies in order already.
template <class T>
struct RowOperand {
  T* row;
  Index stride;
  bool written;
  T buffer[kGathered];

  T* gather(Index first, Index n) {
    if (stride == 1) {
      return row + first;
    }
    if (stride == 0 && first > 0) {
      return buffer;  // one number, stretched: the first block filled it
    }
    for (Index i = 0; i < n; ++i) {
      buffer[i] = row[(first + i) * stride];
    }
    return buffer;
  }
  void scatter(Index first, Index n) {
    for (Index i = 0; i < n && written && stride != 1; ++i) {
      row[(first + i) * stride] = buffer[i];
    }
  }
};

// A formula's loop over elements of type T, and the first element of every operand.
template <class T>
struct TypedLoop {
  const void* formula;
  ElementLoop::Run run;
  int n;
  const bool* written;
  void* at[kMaxOperands];

  // Counts a change of what is written.
  TypedLoop(const ElementLoop& loop, const Tensor* const* operands, int count,
            const bool* is_written)
      : formula(loop.formula),
        run(sizeof(T) == 4 ? loop.f32 : loop.f64),
        n(count),
        written(is_written) {
    for (int k = 0; k < n; ++k) {
      Storage& storage = operands[k]->storage();
      at[k] = reinterpret_cast<T*>(storage.data()) + operands[k]->offset();
      if (written[k]) {
        storage.bump_version();
      }
    }
  }

  T* element(int k, Index place) const { return static_cast<T*>(at[k]) + place; }

  void run_row(const LoopPlan& plan, const Index* offsets, Index first, Index length) const {
    void* from[kMaxOperands];
    bool in_order = true;
    for (int k = 0; k < n; ++k) {
      from[k] = element(k, offsets[k] + first * plan.inner_stride[k]);
      in_order &= plan.inner_stride[k] == 1;
    }
    if (in_order) {
      return run(formula, length, from);
    }
    RowOperand<T> operands[kMaxOperands];
    for (int k = 0; k < n; ++k) {
      operands[k].row = static_cast<T*>(from[k]);
      operands[k].stride = plan.inner_stride[k];
      operands[k].written = written[k];
    }
    for (Index begin = 0; begin < length; begin += kGathered) {
      const Index block = std::min(kGathered, length - begin);
      for (int k = 0; k < n; ++k) {
        from[k] = operands[k].gather(begin, block);
      }
      run(formula, block, from);
      for (int k = 0; k < n; ++k) {
        operands[k].scatter(begin, block);
      }
    }
  }

  void run_plan(const LoopPlan& plan) const {
    for_row_parts(plan, [&](const Index* offsets, Index first, Index length) {
      run_row(plan, offsets, first, length);
    });
  }

  // All operands in one run of `numel` elements.
  void run_dense(Index numel) const {
    const Index pieces = numel / kPieceElements;
    if (pieces <= 1) {
      return run(formula, numel, at);
    }
    parallel_for(pieces, [&](Index piece) {
      const Index first = piece * kPieceElements;
      void* from[kMaxOperands];
      for (int k = 0; k < n; ++k) {
        from[k] = element(k, first);
      }
      run(formula, piece + 1 == pieces ? numel - first : kPieceElements, from);
    });
  }
};

}  // namespace

void run_tensors(const char* where, const ElementLoop& loop, const Tensor* const* operands, int n,
                 std::initializer_list<bool> written) {
  const bool one_run = is_one_run(operands, n);  // the common case needs no other check
  if (!one_run) {
    check_operands(where, operands, n, written);
  }
  const Tensor& first = *operands[0];
  visit_floating(where, first.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (one_run) {
      return TypedLoop<T>(loop, operands, n, written.begin()).run_dense(first.numel());
    }
    // Before the change is counted: an error leaves no trace.
    const LoopPlan plan = plan_loop(where, first.shape(), operands, n);
    TypedLoop<T>(loop, operands, n, written.begin()).run_plan(plan);
  });
}

}  // namespace gradus::core
