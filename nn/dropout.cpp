#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/core/elementwise.h>
#include <gradus/nn/dropout.h>

#include <algorithm>
#include <cmath>

namespace gradus::nn {

Dropout::Dropout(double p, Rng& rng) : p_(p), rng_(rng.split()) {
  require(p >= 0 && p <= 1, "Dropout: p must be from 0 to 1, got ", p);
}

Tensor Dropout::forward(const Tensor& x) {
  if (is_identity()) {
    return x;
  }
  Tensor mask = empty_like(x);
  // Kept where a number of 32 bits is at least p 2^32; with p = 1 what is kept is 0 too.
  const auto limit = static_cast<std::uint32_t>(std::min(std::ceil(p_ * 0x1p32), 0x1p32 - 1));
  visit_floating("Dropout", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    note_drawing(rng_);
    const Rng::State start = rng_.state();
    rng_.skip(mask.numel());
    const T kept = p_ < 1 ? T(1 / (1 - p_)) : T(0);
    T* to = mask.mutable_data<T>();
    constexpr Index kPiece = core::kPieceElements;
    parallel_for((mask.numel() + kPiece - 1) / kPiece, [&](Index piece) {
      constexpr Index kBlock = 1024;
      std::uint32_t bits[kBlock];
      const Index end = std::min(mask.numel(), (piece + 1) * kPiece);
      for (Index first = piece * kPiece; first < end; first += kBlock) {
        const Index n = std::min(kBlock, end - first);
        random_bits(start, first, n, bits);
        for (Index i = 0; i < n; ++i) {
          to[first + i] = bits[i] >= limit ? kept : T(0);
        }
      }
    });
  });
  return x * mask;
}

}  // namespace gradus::nn
