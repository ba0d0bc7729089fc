#pragma once
// Loops over a few numbers that are known when they are compiled.
#include <type_traits>
#include <utility>

namespace gradus::core {

/// f(0), ..., f(kCount - 1), their numbers known when this is compiled: arrays that are indexed by
/// them alone live in registers.
template <int kCount, class F>
[[gnu::always_inline]] inline void unrolled(F f) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, i>()), ...);
  }
  (std::make_integer_sequence<int, kCount>());
}

}  // namespace gradus::core
