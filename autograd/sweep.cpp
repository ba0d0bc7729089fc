#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/sweep.h>
#include <gradus/autograd/watch.h>
#include <gradus/core/elementwise.h>

#include <algorithm>
#include <atomic>

namespace gradus {
namespace {

// Sweeps on this thread; one may begin inside a derivative of another.
thread_local int sweeps_running = 0;

// One that is used up does, in order to say so: nobody knows any more what lies below.
bool needs_derivative(const Node& node) {
  if (node.is_used_up()) {
    return true;
  }
  for (int i = 0; i < node.num_inputs(); ++i) {
    if (node.input(i) && node.input(i)->sweep.wanted) {
      return true;
    }
  }
  return false;
}

void run_derivative(Node& node, const Tensor& dy, Grads& dx) {
  try {
    node.derive(dy, dx);
  } catch (const GraphError& error) {
    fail<GraphError>({"backward of '", node.name(), "': ", error.what()});
  }
}

void add_to(Tensor& sum, Tensor part) {
  if (!sum) {
    sum = std::move(part);
    return;
  }
  if (is_recording()) {
    sum = add(sum, part);
    return;
  }
  Tensor result = sum.is_own() ? sum : empty_like(sum);
  const Tensor before = sum;
  core::elementwise(
      "backward", [](auto& r, auto a, auto b) { r = a + b; }, result, before, std::as_const(part));
  sum = std::move(result);
}

void check(const Node& node, int i, const GradSlot& input, const Tensor& dx) {
  require<ShapeError>(dx.shape() == input.shape, "backward of '", node.name(), "': gradient ", i,
                      " must have the shape ", input.shape, " of its input, got ", dx.shape());
  require<DtypeError>(dx.dtype() == input.dtype, "backward of '", node.name(), "': gradient ", i,
                      " must have the dtype ", input.dtype, " of its input, got ", dx.dtype());
}

}  // namespace

Sweep::Sweep(const Options& options) : options_(options) {
  static std::atomic<std::uint64_t> sweeps{0};
  id_ = ++sweeps;
  ++sweeps_running;
}

Sweep::~Sweep() {
  for (const Ref<GradSlot>& slot : reached_) {
    slot->sweep.incoming = Tensor();
  }
  for (Interrupted& outer : interrupted_) {
    outer.slot->sweep = std::move(outer.notes);
  }
  --sweeps_running;
}

void Sweep::stop_at(const std::vector<Ref<GradSlot>>& targets) {
  std::vector<GradSlot*> open;  // and nothing below is reached through them
  for (const Ref<GradSlot>& target : targets) {
    reach(target, open);
    target->sweep.is_target = true;
  }
}

void Sweep::start_at(const Ref<GradSlot>& slot, Tensor upstream) {
  if (std::find(roots_.begin(), roots_.end(), slot) == roots_.end()) {
    roots_.push_back(slot);
    std::vector<GradSlot*> open;
    reach(slot, open);
    // Counts for every slot the edges that lead to it from what the roots depend on.
    while (!open.empty()) {
      GradSlot* next = open.back();
      open.pop_back();
      if (ends_at(*next)) {
        continue;
      }
      const auto& node = static_cast<const Node&>(*next);
      for (int i = 0; i < node.num_inputs(); ++i) {
        if (node.input(i)) {
          reach(node.input(i), open);
          ++node.input(i)->sweep.pending;
        }
      }
    }
  }
  add_to(slot->sweep.incoming, std::move(upstream));
}

void Sweep::reach(const Ref<GradSlot>& slot, std::vector<GradSlot*>& open) {
  if (slot->sweep.id == id_) {
    return;
  }
  if (sweeps_running > 1) {
    interrupted_.push_back({slot, std::move(slot->sweep)});
  }
  GradSlot::Sweep& notes = slot->sweep;
  notes.id = id_;
  notes.pending = 0;
  notes.wanted = true;
  notes.is_target = false;
  notes.incoming = Tensor();
  reached_.push_back(slot);
  open.push_back(slot.get());
}

// What was reached, each slot after all that use it.
std::vector<GradSlot*> Sweep::in_order() {
  std::vector<GradSlot*> order;
  for (const Ref<GradSlot>& root : roots_) {
    if (root->sweep.pending == 0) {
      order.push_back(root.get());
    }
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    if (ends_at(*order[next])) {
      continue;
    }
    const auto& node = static_cast<const Node&>(*order[next]);
    for (int i = 0; i < node.num_inputs(); ++i) {
      if (node.input(i) && --node.input(i)->sweep.pending == 0) {
        order.push_back(node.input(i).get());
      }
    }
  }
  return order;
}

void Sweep::aim_at(const std::vector<Ref<GradSlot>>& targets) {
  for (const Ref<GradSlot>& target : targets) {
    if (target->sweep.id == id_) {
      target->sweep.is_target = true;
    }
  }
  const std::vector<GradSlot*> order = in_order();
  for (auto slot = order.rbegin(); slot != order.rend(); ++slot) {
    (*slot)->sweep.wanted = (*slot)->sweep.is_target;
    if (ends_at(**slot)) {
      continue;
    }
    const auto& node = static_cast<const Node&>(**slot);
    (*slot)->sweep.wanted |= node.is_used_up();
    for (int i = 0; i < node.num_inputs(); ++i) {
      if (node.input(i)) {
        ++node.input(i)->sweep.pending;  // as it was
        (*slot)->sweep.wanted |= node.input(i)->sweep.wanted;
      }
    }
  }
}

void Sweep::run() {
  const GradMode mode(options_.create_graph);
  std::vector<Ref<GradSlot>> ready;
  for (const Ref<GradSlot>& root : roots_) {
    if (root->sweep.pending == 0) {
      ready.push_back(root);
    }
  }
  while (!ready.empty()) {
    const Ref<GradSlot> slot = std::move(ready.back());
    ready.pop_back();
    if (slot->hooks) [[unlikely]] {
      complete(*slot);
    }
    if (slot->sweep.is_target) {
      arrived_.emplace_back(slot, slot->sweep.incoming);
    }
    if (!ends_at(*slot)) {
      derive(static_cast<Node&>(*slot), ready);
    }
  }
  if (options_.into_leaves) {
    add_to_leaves();
  }
}

// Shows a gradient that has all its parts to the hooks of its tensor.
void Sweep::complete(GradSlot& slot) {
  // A handle on the hook that runs: it may clear them all, itself too.
  for (Ref<GradHook> hook = slot.hooks; hook && slot.sweep.incoming; hook = hook->next) {
    if (Tensor changed = (*hook)(slot.sweep.incoming)) {
      require<ShapeError>(changed.shape() == slot.shape,
                          "on_gradient: hook must return the gradient's shape ", slot.shape,
                          ", got ", changed.shape());
      require<DtypeError>(changed.dtype() == slot.dtype,
                          "on_gradient: hook must return the gradient's dtype ", slot.dtype,
                          ", got ", changed.dtype());
      slot.sweep.incoming = std::move(changed);
    }
  }
}

void Sweep::derive(Node& node, std::vector<Ref<GradSlot>>& ready) {
  Grads dx(node);
  const Tensor dy = std::exchange(node.sweep.incoming, Tensor());
  const bool needed = needs_derivative(node);
  if (dy && needed) {
    if (is_watched()) [[unlikely]] {
      const DerivativeScope scope(node);
      run_derivative(node, dy, dx);
      show_gradients(node, dy, dx);
    } else {
      run_derivative(node, dy, dx);
    }
  }
  for (int i = 0; i < node.num_inputs(); ++i) {
    const Ref<GradSlot>& input = node.input(i);
    if (!input) {
      continue;
    }
    if (dx[i] && input->sweep.wanted) {
      check(node, i, *input, dx[i]);
      add_to(input->sweep.incoming, std::move(dx[i]));
    }
    if (--input->sweep.pending == 0) {
      ready.push_back(input);
    }
  }
  if (needed && !options_.retain_graph && !options_.create_graph) {
    node.release();
  }
}

// What needs memory comes first, so that where there is none no gradient has changed.
void Sweep::add_to_leaves() {
  for (const Ref<GradSlot>& slot : reached_) {
    Tensor& incoming = slot->sweep.incoming;
    // Optimizers read gradients in order, and change them when they clip.
    if (slot->is_leaf && incoming && !slot->grad && !incoming.is_own()) {
      incoming = incoming.clone();
    } else if (slot->is_leaf && incoming && slot->grad && !slot->grad.is_own()) {
      slot->grad = slot->grad.clone();
    }
  }
  for (const Ref<GradSlot>& slot : reached_) {
    if (slot->is_leaf && slot->sweep.incoming) {
      add_to(slot->grad, std::move(slot->sweep.incoming));
    }
  }
}

Tensor Sweep::arrived_at(const Ref<GradSlot>& target) const {
  const auto found = std::find_if(arrived_.begin(), arrived_.end(),
                                  [&](const auto& pair) { return pair.first == target; });
  if (found == arrived_.end()) {
    return Tensor();
  }
  return found->second ? found->second : zeros(target->shape, target->dtype);
}

}  // namespace gradus
