#include <gradus/core/blas.h>
#include <gradus/optim/linear_update.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace gradus::optim {
namespace {

thread_local std::optional<LinearForm> forced_form;

}  // namespace

ForceLinearForm::ForceLinearForm(LinearForm form) { forced_form = form; }
ForceLinearForm::~ForceLinearForm() { forced_form.reset(); }

LinearForm linear_form(LinearForm wanted) { return forced_form.value_or(wanted); }

// --- the record ----------------------------------------------------------------------------------

LinearRecord::LinearRecord(int operands) : variables_(operands) {
  for (int k = 0; k < operands; ++k) {
    current_[static_cast<std::size_t>(k)] = owner_[static_cast<std::size_t>(k)] = k;
  }
}

void LinearRecord::assign(int operand, unsigned used,
                          const std::array<double, core::kMaxOperands>& share) {
  if (variables_ == core::kMaxOperands) {
    return fail();
  }
  LinearAssignment& made = assignments_[count_++];
  made = {operand, 0, {}};
  for (std::size_t v = 0; used >> v != 0; ++v) {
    if (used >> v & 1) {
      const auto owner = static_cast<std::size_t>(owner_[v]);
      linear_ &= current_[owner] == static_cast<int>(v);  // its value is still there
      made.used |= 1U << owner;
      made.share[owner] = share[v];
    }
  }
  current_[static_cast<std::size_t>(operand)] = variables_;
  owner_[static_cast<std::size_t>(variables_++)] = operand;
}

void Linear::reread() {
  const int variable = record_->variable(operand_);
  used_ = 1U << variable;
  constant_ = 0;
  share_ = {};
  share_[static_cast<std::size_t>(variable)] = 1;
}

Linear& Linear::add(const Linear& b, double sign) {
  record_ = record_ ? record_ : b.record_;
  used_ |= b.used_;
  constant_ += sign * b.constant_;
  for (std::size_t k = 0; k < share_.size(); ++k) {
    share_[k] += sign * b.share_[k];
  }
  return *this;
}

Linear& Linear::scale(double factor) {
  constant_ *= factor;
  for (double& x : share_) {
    x *= factor;
  }
  return *this;
}

Linear operator*(const Linear& a, const Linear& b) {
  if (a.record_ && b.record_) {
    a.record_->fail();
  }
  return b.record_ ? Linear(b).scale(a.constant_) : Linear(a).scale(b.constant_);
}

Linear operator/(Linear a, const Linear& b) {
  if (b.record_) {
    b.record_->fail();
  }
  return a.scale(1 / b.constant_);
}

Linear& Linear::operator=(const Linear& x) {
  if (operand_ < 0) {
    record_ = x.record_;
    used_ = x.used_;
    constant_ = x.constant_;
    share_ = x.share_;
    return *this;
  }
  if (x.constant_ != 0 || x.used_ == 0) {
    record_->fail();
  }
  record_->assign(operand_, x.used_, x.share_);
  reread();
  return *this;
}

// --- the calls -----------------------------------------------------------------------------------

namespace {

// One assignment to n elements; at[k] are those of operand k.
template <class T>
void run_calls(const LinearAssignment& assignment, T* const* at, Index n) {
  const auto used = [&](int k) { return (assignment.used >> k & 1) != 0; };
  const auto share = [&](int k) { return T(assignment.share[static_cast<std::size_t>(k)]); };
  int own = assignment.to;
  if (!used(own)) {  // begins as a copy of the first
    for (own = 0; !used(own);) {
      ++own;
    }
    std::copy_n(at[own], n, at[assignment.to]);
  }
  if (share(own) != 1) {
    blas::scal<T>(n, share(own), at[assignment.to]);
  }
  for (int k = 0; assignment.used >> k != 0; ++k) {
    if (used(k) && k != own) {
      blas::axpy<T>(n, share(k), at[k], at[assignment.to]);
    }
  }
}

// Some kernels of OpenBLAS fuse the multiply-adds of whole blocks, of 32 numbers at most, and not
// those of what is left.  Here all are in whole blocks: bits do not depend on where a number
// stands.
constexpr Index kBlock = 64;
static_assert(core::kPieceElements % kBlock == 0);

// All assignments to n elements; at[k] are those of operand k.
template <class T>
void run_blocks(std::span<const LinearAssignment> all, T* const* at, int count, Index n) {
  const Index whole = n - n % kBlock;
  const auto run = [&](T* const* from, Index size) {
    for (const LinearAssignment& assignment : all) {
      run_calls<T>(assignment, from, size);
    }
  };
  if (whole > 0) {
    run(at, whole);
  }
  if (whole == n) {
    return;
  }
  T block[core::kMaxOperands][kBlock];
  T* in_block[core::kMaxOperands];
  for (int k = 0; k < count; ++k) {
    in_block[k] = block[k];
    std::fill(std::copy(at[k] + whole, at[k] + n, block[k]), std::end(block[k]), T(0));
  }
  run(in_block, kBlock);
  for (const LinearAssignment& assignment : all) {
    std::copy_n(block[assignment.to], n - whole, at[assignment.to] + whole);
  }
}

template <class T>
bool has_vanished(const LinearAssignment& assignment) {
  for (std::size_t k = 0; assignment.used >> k != 0; ++k) {
    if ((assignment.used >> k & 1) && T(assignment.share[k]) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool run_linear(const LinearRecord& record, const Tensor* const* operands, int count) {
  const std::span<const LinearAssignment> all = record.assignments();
  if (!record.is_linear() || !core::is_one_run(operands, count)) {
    return false;
  }
  return visit_floating("update_linear", operands[0]->dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (std::any_of(all.begin(), all.end(), has_vanished<T>)) {
      return false;
    }
    T* first[core::kMaxOperands];
    for (int k = 0; k < count; ++k) {
      first[k] = static_cast<T*>(operands[k]->address());
    }
    for (const LinearAssignment& assignment : all) {
      operands[assignment.to]->storage().bump_version();
    }
    const auto run = [&](Index begin, Index n) {
      T* at[core::kMaxOperands];
      for (int k = 0; k < count; ++k) {
        at[k] = first[k] + begin;
      }
      run_blocks<T>(all, at, count, n);
    };
    const Index n = operands[0]->numel();
    const Index pieces = n / core::kPieceElements;
    if (pieces <= 1) {
      run(0, n);
      return true;
    }
    parallel_for(pieces, [&](Index piece) {
      const Index begin = piece * core::kPieceElements;
      run(begin, piece + 1 == pieces ? n - begin : core::kPieceElements);
    });
    return true;
  });
}

}  // namespace gradus::optim
