#include <gradus/autograd/backward.h>
#include <gradus/autograd/node.h>
#include <gradus/core/elementwise.h>

#include <atomic>
#include <vector>

namespace gradus {
namespace {

// Nobody else sees these elements: they may be kept, or changed.
bool is_own(const Tensor& x) {
  return !x.is_shared() && x.storage_ref()->use_count() == 1 && x.is_contiguous();
}

void add_to(Tensor& sum, Tensor part) {
  if (!sum) {
    sum = std::move(part);
    return;
  }
  Tensor result = is_own(sum) ? sum : empty_like(sum);
  const Tensor before = sum;
  core::elementwise(
      "backward", [](auto& r, auto a, auto b) { r = a + b; }, result, before, std::as_const(part));
  sum = std::move(result);
}

// One sweep at a time on a thread: two would mix up their sums in the slots that both reach.
thread_local bool sweeping = false;

class Sweep {
 public:
  Sweep(const Ref<GradSlot>& root, Tensor upstream, bool retain) : retain_(retain) {
    static std::atomic<std::uint64_t> sweeps{0};
    id_ = ++sweeps;
    reach(root);
    root->pending = 0;
    root->incoming = std::move(upstream);
  }

  // Nothing of a sweep that failed stays behind.
  ~Sweep() {
    for (const Ref<GradSlot>& slot : reached_) {
      slot->incoming = Tensor();
    }
    sweeping = false;
  }

  void run(const Ref<GradSlot>& root) {
    const NoGrad numbers_only;
    sweeping = true;
    std::vector<Ref<GradSlot>> ready{root};
    while (!ready.empty()) {
      const Ref<GradSlot> slot = std::move(ready.back());
      ready.pop_back();
      if (!slot->is_leaf) {
        derive(static_cast<Node&>(*slot), ready);
      }
    }
    add_to_leaves();
  }

 private:
  // What needs memory comes first, so that where there is none no gradient has changed.
  void add_to_leaves() {
    for (const Ref<GradSlot>& slot : reached_) {
      // Optimizers read gradients in order, and change them when they clip.
      if (slot->is_leaf && slot->incoming && !slot->grad && !is_own(slot->incoming)) {
        slot->incoming = slot->incoming.clone();
      } else if (slot->is_leaf && slot->incoming && slot->grad && !is_own(slot->grad)) {
        slot->grad = slot->grad.clone();
      }
    }
    for (const Ref<GradSlot>& slot : reached_) {
      if (slot->is_leaf && slot->incoming) {
        add_to(slot->grad, std::move(slot->incoming));
      }
    }
  }

  // Counts for every slot the edges that lead to it from what `root` depends on.
  void reach(const Ref<GradSlot>& root) {
    std::vector<GradSlot*> open;
    visit(root, open);
    while (!open.empty()) {
      GradSlot* slot = open.back();
      open.pop_back();
      if (slot->is_leaf) {
        continue;
      }
      const auto& node = static_cast<const Node&>(*slot);
      for (int i = 0; i < node.num_inputs(); ++i) {
        if (node.input(i)) {
          visit(node.input(i), open);
        }
      }
    }
  }

  void visit(const Ref<GradSlot>& slot, std::vector<GradSlot*>& open) {
    if (slot->sweep != id_) {
      slot->sweep = id_;
      slot->pending = 0;
      slot->incoming = Tensor();
      reached_.push_back(slot);
      open.push_back(slot.get());
    }
    ++slot->pending;
  }

  void derive(Node& node, std::vector<Ref<GradSlot>>& ready) {
    Grads dx(node);
    if (const Tensor dy = std::move(node.incoming)) {
      try {
        node.derive(dy, dx);
      } catch (const GraphError& error) {
        throw GraphError(join({"backward of '", node.name(), "': ", error.what()}));
      }
    }
    for (int i = 0; i < node.num_inputs(); ++i) {
      const Ref<GradSlot>& input = node.input(i);
      if (!input) {
        continue;
      }
      if (dx[i]) {
        check(node, i, *input, dx[i]);
        add_to(input->incoming, std::move(dx[i]));
      }
      if (--input->pending == 0) {
        ready.push_back(input);
      }
    }
    if (!retain_) {
      node.release();
    }
  }

  static void check(const Node& node, int i, const GradSlot& input, const Tensor& dx) {
    require<ShapeError>(dx.shape() == input.shape, "backward of '", node.name(), "': gradient ", i,
                        " must have the shape ", input.shape, " of its input, got ", dx.shape());
    require<DtypeError>(dx.dtype() == input.dtype, "backward of '", node.name(), "': gradient ", i,
                        " must have the dtype ", input.dtype, " of its input, got ", dx.dtype());
  }

  std::uint64_t id_ = 0;
  bool retain_;
  std::vector<Ref<GradSlot>> reached_;
};

}  // namespace

void backward(const Tensor& y, const BackwardOptions& options) {
  require<GraphError>(!sweeping,
                      "backward: must not be called inside the derivative of an operation");
  require<GraphError>(y.requires_grad(),
                      "backward: tensor must come from operations on tensors that require a "
                      "gradient, got one without history; call set_requires_grad() on the leaves");
  Tensor upstream = options.upstream;
  if (!upstream) {
    require<ShapeError>(y.numel() == 1,
                        "backward: without an upstream gradient the tensor must have "
                        "one element, got shape ",
                        y.shape(), "; take sum() or mean() first");
    upstream = ones_like(y);
  }
  require<ShapeError>(upstream.shape() == y.shape(),
                      "backward: upstream gradient must have the shape ", y.shape(),
                      " of the tensor, got ", upstream.shape());
  require<DtypeError>(upstream.dtype() == y.dtype(),
                      "backward: upstream gradient must have the dtype ", y.dtype(),
                      " of the tensor, got ", upstream.dtype());
  Sweep sweep(y.slot(), std::move(upstream), options.retain_graph);
  sweep.run(y.slot());
}

void Tensor::backward() const { gradus::backward(*this); }

}  // namespace gradus
