#include <gradus/core/blas.h>
#include <gradus/core/elementwise.h>
#include <gradus/optim/linear_update.h>

namespace gradus::optim {

void axpy_blas(double alpha, const Tensor& x, Tensor& y) {
  const Tensor* const operands[] = {&y, &x};
  core::check_operands("axpy", operands, 2, {true, true});
  require<ShapeError>(core::is_one_run(operands, 2), "axpy: tensors must be dense, got shape ",
                      y.shape());
  if (alpha == 0) {
    return axpy_fused(alpha, x, y);  // BLAS would not look at x, and hide a NaN
  }
  visit_floating("axpy", y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Index n = y.numel();
    const T* from = x.data<T>();
    T* to = y.mutable_data<T>();
    const Index pieces = std::max<Index>(n / core::kPieceElements, 1);
    parallel_for(pieces, [&](Index piece) {
      const Index first = piece * core::kPieceElements;
      const Index length = piece + 1 == pieces ? n - first : core::kPieceElements;
      blas::axpy<T>(length, T(alpha), from + first, to + first);
    });
  });
}

void axpy_fused(double alpha, const Tensor& x, Tensor& y) {
  core::elementwise(
      "axpy", [alpha](auto& to, auto from) { to += alpha * from; }, y, x);
}

}  // namespace gradus::optim
