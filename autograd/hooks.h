#pragma once
// Hooks: functions that see a gradient on its way.
//
//   on_gradient(x, [](const Tensor& dx) { std::puts(to_text(dx).c_str()); return Tensor(); });
//   on_gradient(y, [](const Tensor& dy) { return dy * 0.1; });   // goes on with another
#include <gradus/core/tensor.h>

#include <utility>

namespace gradus {

/// Appends a hook to those of x; throws GraphError unless x requires a gradient.
void add_gradient_hook(const Tensor& x, Ref<GradHook> hook);
/// Drops all hooks of x.
void clear_gradient_hooks(const Tensor& x);

/// Calls f(dx) in each backward sweep, when the gradient of x, a leaf or a result, has all its
/// parts.  Where f returns a defined tensor, of the same shape and dtype, the sweep goes on with
/// that; f must not change dx.  A leaf's gradient from earlier sweeps is not part of dx.  Lives as
/// long as x's place in the graph, so f must not hold x itself, or neither would end; it may clear
/// the hooks of x.  Throws GraphError unless x requires a gradient.
template <class F>
void on_gradient(const Tensor& x, F f) {
  struct Hook final : GradHook {
    explicit Hook(F function) : call(std::move(function)) {}
    Tensor operator()(const Tensor& gradient) override { return call(gradient); }
    F call;
  };
  add_gradient_hook(x, make_ref<Hook>(std::move(f)));
}

}  // namespace gradus
