// Moving numbers between layouts and types: copy, convert and fill of core/tensor.h.
#include <gradus/core/loop_plan.h>
#include <gradus/core/parallel.h>
#include <gradus/core/representable.h>
#include <gradus/core/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace gradus {
namespace {

template <class To, class From>
To cast(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(value)) {
      return 0;
    }
    constexpr auto kLow = std::numeric_limits<To>::min();
    constexpr auto kHigh = std::numeric_limits<To>::max();
    // The highest i64 is not a float; the power of two above it is.
    if (value >= static_cast<From>(kHigh)) {
      return kHigh;
    }
    return value <= static_cast<From>(kLow) ? kLow : static_cast<To>(value);
  } else if constexpr (std::is_same_v<To, std::uint8_t> && std::is_same_v<From, std::int64_t>) {
    return static_cast<To>(std::clamp<From>(value, 0, 255));
  } else {
    return static_cast<To>(value);
  }
}

template <class To, class From>
void copy_row(To* to, Index to_step, const From* from, Index from_step, Index n) {
  if (to_step == 1 && from_step == 1) {
    for (Index i = 0; i < n; ++i) {
      to[i] = cast<To>(from[i]);
    }
  } else {
    for (Index i = 0; i < n; ++i) {
      to[i * to_step] = cast<To>(from[i * from_step]);
    }
  }
}

template <class To, class From>
void copy_elements(const core::LoopPlan& plan, To* to, const From* from) {
  core::for_row_parts(plan, [&](const Index* offsets, Index first, Index length) {
    copy_row(to + offsets[0] + first * plan.inner_stride[0], plan.inner_stride[0],
             from + offsets[1] + first * plan.inner_stride[1], plan.inner_stride[1], length);
  });
}

// `plan_loop` has checked the shapes; x is written without regard to graphs.
void copy_values(const char* where, const Tensor& x, const Tensor& source) {
  core::require_unexpanded(where, x);
  const Tensor* const operands[] = {&x, &source};
  const core::LoopPlan plan = core::plan_loop(where, x.shape(), operands, 2);
  visit_any(x.dtype(), [&](auto to) {
    visit_any(source.dtype(), [&](auto from) {
      copy_elements(plan, x.mutable_data<decltype(to)>(), source.data<decltype(from)>());
    });
  });
}

}  // namespace

void copy(const Tensor& x, const Tensor& source) {
  require_writable("copy", x);
  const bool shared = x.storage_ref() == source.storage_ref();
  if (shared) {
    Tensor apart(source.shape(), source.dtype());
    copy_values("copy", apart, source);
    copy_values("copy", x, apart);
  } else {
    copy_values("copy", x, source);
  }
}

Tensor convert(const Tensor& x, Dtype dtype) {
  Tensor result(x.shape(), dtype);
  copy_values("convert", result, x);
  return result;
}

void fill(const Tensor& x, double value) {
  require_writable("fill", x);
  require_representable("fill", value, x.dtype());
  Tensor source(Shape{}, x.dtype());
  visit_any(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    *source.mutable_data<T>() = cast<T>(value);
  });
  copy_values("fill", x, source);
}

}  // namespace gradus
