#include <gradus/autograd/ops/view.h>
#include <gradus/autograd/watch.h>
#include <gradus/nn/hooks.h>

namespace gradus::nn {

Ref<ModuleHook> Module::add_hook(Ref<ModuleHook> hook) {
  std::erase_if(hooks_, [](const auto& h) { return h->is_removed; });
  hooks_.push_back(hook);
  return hook;
}

Tensor Module::run_with_hooks(const Tensor& x, const std::function<Tensor()>& pass) {
  const std::vector<Ref<ModuleHook>> hooks = hooks_;  // a hook may add others
  for (const auto& hook : hooks) {
    if (!hook->is_removed) {
      hook->before(*this, x);
    }
  }
  Tensor y = pass();
  for (const auto& hook : hooks) {
    if (!hook->is_removed) {
      const Tensor other = hook->after(*this, x, y);
      y = other ? other : y;
    }
  }
  std::erase_if(hooks_, [](const auto& h) { return h->is_removed; });
  return y;
}

Tensor own_place(const Tensor& x, const Tensor& y) {
  return y.is(x) || y.slot()->is_leaf ? reshape(y, y.shape()) : y;
}

}  // namespace gradus::nn
