#include <gradus/optim/check_gradients.h>
#include <gradus/optim/gradient_pieces.h>

#include <atomic>
#include <cmath>

namespace gradus::optim {
namespace {

// x * 0 is 0 of a finite x and NaN of any other, and a sum with a NaN is NaN: sixteen sums side by
// side, which the compiler keeps in vector registers.
template <class T>
bool all_finite(const T* x, Index n) {
  constexpr Index kLanes = 16;
  T lanes[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index j = 0; j < kLanes; ++j) {
      lanes[j] += x[i + j] * T(0);
    }
  }
  for (; i < n; ++i) {
    lanes[0] += x[i] * T(0);
  }
  T sum = 0;
  for (const T lane : lanes) {
    sum += lane;
  }
  return sum == 0;
}

// The index of element number `place` in row-major order: "[0, 5]".
std::string index_text(const Shape& shape, Index place) {
  Shape at = shape;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    at[d] = place % shape[d];
    place /= shape[d];
  }
  return to_text(at);
}

template <class T>
[[noreturn]] void fail_not_finite(std::string_view where, const Parameter& gradient) {
  const Tensor& g = gradient.tensor;
  const T* x = g.data<T>();
  Index first = g.numel();
  Index count = 0;
  for (Index i = g.numel() - 1; i >= 0; --i) {
    if (!std::isfinite(x[i])) {
      first = i;
      ++count;
    }
  }
  fail({where, ": gradient of '", gradient.name, "' must be finite, got ", double(x[first]), " at ",
        index_text(g.shape(), first), ", and ", count, " of ", g.numel(),
        " elements are not; look for log(0), 0/0 or overflow in the loss, or lower lr"});
}

}  // namespace

void check_gradients(const Parameters& parameters, std::string_view where) {
  Parameters gradients;
  for (const Parameter& p : parameters) {
    require(bool(p.tensor), where, ": parameter '", p.name, "' must be defined");
    if (const Tensor g = p.tensor.grad()) {
      gradients.push_back({p.name, g.dense()});
    }
  }
  const std::vector<GradientPiece> pieces = cut(gradients);
  std::atomic<std::size_t> first{gradients.size()};  // the lowest place of one that is not finite
  for_each_piece(pieces, [&](std::size_t k, const auto* x, Index n) {
    const std::size_t gradient = pieces[k].gradient;
    std::size_t lowest = first.load();
    if (gradient < lowest && !all_finite(x, n)) {
      while (gradient < lowest && !first.compare_exchange_weak(lowest, gradient)) {
      }
    }
  });
  if (first < gradients.size()) {
    const Parameter& spoilt = gradients[first];
    visit_floating("check_gradients", spoilt.tensor.dtype(),
                   [&](auto zero) { fail_not_finite<decltype(zero)>(where, spoilt); });
  }
}

}  // namespace gradus::optim
