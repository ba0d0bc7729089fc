#pragma once
// Hooks on modules: functions that see what goes through a module called by operator().
//
//   nn::HookHandle handle = nn::on_forward(net[2], [](nn::Module&, const Tensor& x, const Tensor&
//   y) {
//     std::puts(to_text(y.shape()).c_str());
//   });
//   nn::on_gradient(net[2], [](const Tensor& dy) { return dy * 0.1; });  // goes on with another
//   handle.remove();
//
// A module without hooks pays nothing for them.  A copy of a module takes along the hooks that
// there are.  In a checkpoint hooks run in both runs of the module; is_recomputing() tells the
// second.
#include <gradus/autograd/hooks.h>
#include <gradus/nn/module.h>

#include <type_traits>
#include <utility>

namespace gradus::nn {

/// Takes a hook away again; one that is dropped leaves the hook in place.
class HookHandle {
 public:
  explicit HookHandle(Ref<ModuleHook> hook) : hook_(std::move(hook)) {}
  /// The hook is not called any more, also not by copies of the module, nor for a gradient that is
  /// still to come.
  void remove() { hook_->is_removed = true; }

 private:
  Ref<ModuleHook> hook_;
};

/// y, or something with its numbers that has a place of its own in the graph, where a gradient can
/// be seen apart from that of x: a module may give x itself, or a parameter.
Tensor own_place(const Tensor& x, const Tensor& y);

/// Calls f(module, x, y) after each forward pass of the module.  Where f returns a defined tensor,
/// that is the module's result in place of y; f may return nothing.  Hooks run in the order in
/// which they came.
template <class F>
HookHandle on_forward(Module& module, F f) {
  struct Hook final : ModuleHook {
    explicit Hook(F function) : call(std::move(function)) {}
    Tensor after(Module& m, const Tensor& x, const Tensor& y) override {
      if constexpr (std::is_void_v<
                        std::invoke_result_t<F&, Module&, const Tensor&, const Tensor&>>) {
        call(m, x, y);
        return Tensor();
      } else {
        return call(m, x, y);
      }
    }
    F call;
  };
  return HookHandle(module.add_hook(make_ref<Hook>(std::move(f))));
}

/// Calls f(dy) in each backward sweep with the gradient of what the module gave.  Where f returns a
/// defined tensor, of the same shape and dtype, the sweep goes on with that; f may return nothing,
/// and must not change dy.
template <class F>
HookHandle on_gradient(Module& module, F f) {
  struct Hook final : ModuleHook {
    explicit Hook(F function) : call(std::move(function)) {}
    Tensor after(Module&, const Tensor& x, const Tensor& y) override {
      if (!y.requires_grad()) {
        return Tensor();
      }
      const Tensor result = own_place(x, y);
      gradus::on_gradient(result, [hook = Ref<Hook>(this)](const Tensor& dy) {
        if (!hook->is_removed) {
          if constexpr (std::is_void_v<std::invoke_result_t<F&, const Tensor&>>) {
            hook->call(dy);
          } else {
            return Tensor(hook->call(dy));
          }
        }
        return Tensor();
      });
      return result;
    }
    F call;
  };
  return HookHandle(module.add_hook(make_ref<Hook>(std::move(f))));
}

}  // namespace gradus::nn
