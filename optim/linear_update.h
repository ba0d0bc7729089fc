#pragma once
// Linear passes, whose formula adds up multiples of its operands, in two forms: one pass of the
// element loop, as any other formula, and calls of BLAS level 1.  The calls are derived from the
// formula, which also runs once on Linear numbers:
//
//   update_linear(LinearForm::blas, "LAMB", [rate](auto& w, auto r) { w -= rate * r; }, w, r);
//
// Here it is one axpy of -rate.  Tests compare both forms of every rule's linear passes;
// benchmarks/optim_benchmark.cpp decides which one a rule asks for, and BLAS has it where neither
// is faster (docs/performance.md).
#include <gradus/optim/elements.h>

#include <array>
#include <span>

namespace gradus::optim {

enum class LinearForm { blas, one_pass };

/// While it lives, all linear passes of the calling thread run in one form: for comparisons.
class ForceLinearForm {
 public:
  explicit ForceLinearForm(LinearForm form);
  ~ForceLinearForm();
  ForceLinearForm(const ForceLinearForm&) = delete;
  ForceLinearForm& operator=(const ForceLinearForm&) = delete;
};

/// What a formula assigns: operand `to` <- the sum of share[k] * operand k over those in `used`.
struct LinearAssignment {
  int to;
  unsigned used;
  std::array<double, core::kMaxOperands> share;
};

/// The assignments of one run of a formula, in their order.  An assigned operand is from there on
/// another variable: sums of its value before and after are no calls of BLAS.
class LinearRecord {
 public:
  explicit LinearRecord(int operands);
  int variable(int operand) const { return current_[static_cast<std::size_t>(operand)]; }
  void assign(int operand, unsigned used, const std::array<double, core::kMaxOperands>& share);
  /// The formula is not linear, or needs more variables than there is room for.
  void fail() { linear_ = false; }

  bool is_linear() const { return linear_; }
  std::span<const LinearAssignment> assignments() const { return {assignments_.data(), count_}; }

 private:
  int variables_;
  bool linear_ = true;
  std::array<int, core::kMaxOperands> current_{};  // variable of each operand
  std::array<int, core::kMaxOperands> owner_{};    // operand of each variable
  std::size_t count_ = 0;
  std::array<LinearAssignment, core::kMaxOperands> assignments_;
};

/// A number of a linear formula: a constant, or a sum of multiples of variables.
class Linear {
 public:
  Linear(double constant) : constant_(constant) {}
  Linear(const Number& constant) : constant_(constant) {}
  /// The operand of that index.
  Linear(LinearRecord& record, int operand) : record_(&record), operand_(operand) { reread(); }

  // A copy is a value: assigning to it is no assignment to the operand.
  Linear(const Linear& x)
      : record_(x.record_), used_(x.used_), constant_(x.constant_), share_(x.share_) {}
  Linear& operator=(const Linear& x);

  friend Linear operator+(Linear a, const Linear& b) { return a.add(b, 1); }
  friend Linear operator-(Linear a, const Linear& b) { return a.add(b, -1); }
  friend Linear operator-(Linear a) { return a.scale(-1); }
  friend Linear operator*(const Linear& a, const Linear& b);
  friend Linear operator/(Linear a, const Linear& b);
  Linear& operator+=(const Linear& b) { return *this = *this + b; }
  Linear& operator-=(const Linear& b) { return *this = *this - b; }
  Linear& operator*=(const Linear& b) { return *this = *this * b; }
  Linear& operator/=(const Linear& b) { return *this = *this / b; }

 private:
  void reread();
  Linear& add(const Linear& b, double sign);
  Linear& scale(double factor);

  LinearRecord* record_ = nullptr;  // none for a constant
  int operand_ = -1;                // that is assigned to
  unsigned used_ = 0;               // variables, those with share 0 too
  double constant_ = 0;
  std::array<double, core::kMaxOperands> share_{};
};

inline Linear named(const char*, const Linear& x) { return x; }

/// The form in which a pass that asks for `wanted` shall run on this thread.
LinearForm linear_form(LinearForm wanted);
/// Runs the assignments on BLAS, piece by piece: what one call leaves in cache the next one finds
/// there.  Changes nothing and returns false where that is not the same: operands of other shapes
/// or types, and factors that round to 0, since BLAS would not look at what they multiply, and hide
/// a NaN.
bool run_linear(const LinearRecord& record, const Tensor* const* operands, int count);

/// update_elements with a linear formula, in the form that is asked for.  The forms agree up to
/// rounding: BLAS may fuse products and sums.  Explanations end in what was computed.
template <class F, class... Tensors>
void update_linear(LinearForm form, const char* where, const F& f, Tensors&&... tensors) {
  if (linear_form(form) == LinearForm::one_pass) {
    return update_elements(where, f, tensors...);
  }
  Trace* const trace = Trace::active();
  if (trace) [[unlikely]] {
    trace_elements(*trace, f, tensors...);
  }
  const Trace::Scope unwatched(nullptr);
  const Tensor* const operands[] = {&tensors...};
  constexpr int n = sizeof...(Tensors);
  LinearRecord record(n);
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    Linear numbers[] = {Linear(record, static_cast<int>(K))...};
    f(numbers[K]...);
  }
  (std::make_index_sequence<n>());
  if (!run_linear(record, operands, n)) {
    return core::elementwise(where, f, tensors...);
  }
  if (trace) [[unlikely]] {
    (trace->settle(tensors), ...);
  }
}

}  // namespace gradus::optim
