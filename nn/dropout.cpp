#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/nn/dropout.h>

namespace gradus::nn {

Dropout::Dropout(double p, Rng& rng) : p_(p), rng_(rng.split()) {
  require(p >= 0 && p <= 1, "Dropout: p must be from 0 to 1, got ", p);
}

Tensor Dropout::forward(const Tensor& x) {
  if (!is_training() || p_ == 0) {
    return x;
  }
  note_drawing(rng_);
  // Kept where a number of 32 bits is at least p 2^32.
  const double limit = p_ * 0x1p32;
  Tensor mask = empty_like(x);
  visit_floating("Dropout", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T kept = p_ < 1 ? T(1 / (1 - p_)) : T(0);
    T* to = mask.mutable_data<T>();
    for (Index i = 0; i < mask.numel(); ++i) {
      to[i] = double(rng_.next_u32()) >= limit ? kept : T(0);
    }
  });
  return x * mask;
}

}  // namespace gradus::nn
