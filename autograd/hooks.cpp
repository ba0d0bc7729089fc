#include <gradus/autograd/hooks.h>

namespace gradus {

void add_gradient_hook(const Tensor& x, Ref<GradHook> hook) {
  require<GraphError>(x.requires_grad(), "on_gradient: tensor of shape ", x.shape(),
                      " must require a gradient; call set_requires_grad() on it, or on what it is "
                      "computed from");
  Ref<GradHook>* end = &x.slot()->hooks;
  while (*end) {
    end = &(*end)->next;
  }
  *end = std::move(hook);
}

void clear_gradient_hooks(const Tensor& x) {
  if (x.requires_grad()) {
    x.slot()->hooks = Ref<GradHook>();
  }
}

}  // namespace gradus
