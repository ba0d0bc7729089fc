#pragma once
// What the benchmarks of Optimizer::step() share: an optimizer over tensors of its own, and medians
// of things measured turn by turn.
#include <benchmark/benchmark.h>
#include <gradus/core/parallel.h>
#include <gradus/optim/optimizer.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

namespace gradus::bench {

/// Seconds that f() takes.
template <class F>
double seconds(F&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Numbers of both signs around 0.01, no two neighbours alike.
inline void fill_with_noise(const Tensor& x, Index seed) {
  float* const to = x.mutable_data<float>();
  parallel_for(64, [&](Index piece) {
    for (Index i = x.numel() * piece / 64; i < x.numel() * (piece + 1) / 64; ++i) {
      to[i] = static_cast<float>((i * 7919 + seed) % 2003 - 1001) * 1e-5F;
    }
  });
}

/// An optimizer over `count` parameters of that shape, with gradients, two steps old.
template <class R>
struct Trained {
  optim::Optimizer<R> optimizer;

  Trained(const R& rule, Index count, const Shape& shape) {
    Parameters parameters;
    for (Index i = 0; i < count; ++i) {
      const Tensor w = empty(shape);
      const Tensor g = empty(shape);
      fill_with_noise(w, i);
      fill_with_noise(g, i + 1000);
      Tensor leaf = w;
      leaf.set_requires_grad();
      leaf.set_grad(g);
      parameters.push_back({std::to_string(i), leaf});
    }
    optimizer.add_group(parameters, rule);
    optimizer.step();
    optimizer.step();
  }

  /// The tensors of a parameter's state.
  std::vector<Tensor> state(std::size_t i) {
    std::vector<Tensor> tensors;
    R::State::fields(optimizer.groups()[0].entries[i].state, [&](const char*, auto& slot) {
      if constexpr (std::is_same_v<std::decay_t<decltype(slot)>, Tensor>) {
        if (slot && is_floating(slot.dtype())) {
          tensors.push_back(slot);
        }
      }
    });
    return tensors;
  }
};

}  // namespace gradus::bench
