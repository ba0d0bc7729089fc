#include <gradus/core/blas.h>
#include <gradus/core/elementwise.h>
#include <gradus/optim/linear_update.h>

namespace gradus::optim {
namespace {

// step(first, n) for pieces of n elements from the first one on.
template <class F>
void for_pieces(const char* where, std::initializer_list<const Tensor*> operands, F step) {
  const int count = static_cast<int>(operands.size());
  core::check_operands(where, operands.begin(), count, {true, true, true});
  require<ShapeError>(core::is_one_run(operands.begin(), count), where,
                      ": tensors must be dense, got shape ", (*operands.begin())->shape());
  const Index n = (*operands.begin())->numel();
  const Index pieces = std::max<Index>(n / core::kPieceElements, 1);
  parallel_for(pieces, [&](Index piece) {
    const Index first = piece * core::kPieceElements;
    step(first, piece + 1 == pieces ? n - first : core::kPieceElements);
  });
}

}  // namespace

void axpy_blas(double alpha, const Tensor& x, Tensor& y) {
  visit_floating("axpy", y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (T(alpha) == 0) {
      return axpy_fused(alpha, x, y);  // BLAS would not look at x, and hide a NaN
    }
    for_pieces("axpy", {&y, &x},
               [&, from = x.data<T>(), to = y.mutable_data<T>()](Index i, Index n) {
                 blas::axpy<T>(n, T(alpha), from + i, to + i);
               });
  });
}

void axpy_fused(double alpha, const Tensor& x, Tensor& y) {
  core::elementwise(
      "axpy", [alpha](auto& to, auto from) { to += alpha * from; }, y, x);
}

void momentum_blas(double momentum, double share, double lr, const Tensor& g, Tensor& b,
                   Tensor& w) {
  visit_floating("momentum", w.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for_pieces("momentum", {&w, &b, &g},
               [&, gradient = g.data<T>(), buffer = b.mutable_data<T>(),
                weight = w.mutable_data<T>()](Index i, Index n) {
                 blas::scal<T>(n, T(momentum), buffer + i);
                 blas::axpy<T>(n, T(share), gradient + i, buffer + i);
                 blas::axpy<T>(n, T(-lr), buffer + i, weight + i);
               });
  });
}

}  // namespace gradus::optim
