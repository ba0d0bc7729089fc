#pragma once
// One backward sweep, which backward() and grad() start (autograd/backward.h).
#include <gradus/autograd/node.h>

namespace gradus {

class Sweep {
 public:
  struct Options {
    bool retain_graph = false;
    bool create_graph = false;
    bool into_leaves = false;      ///< add what arrives at leaves to their gradients
    bool stop_at_targets = false;  ///< walk no further: needs stop_at()
  };

  explicit Sweep(const Options& options);
  /// Nothing of a sweep, even of one that failed, stays behind in the slots.
  ~Sweep();
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  /// Names the targets before start_at(), which is not to go beyond them.
  void stop_at(const std::vector<Ref<GradSlot>>& targets);
  /// Begins at `slot` with that gradient.
  void start_at(const Ref<GradSlot>& slot, Tensor upstream);
  /// From now on, only what these slots need is computed.  After every start_at().
  void aim_at(const std::vector<Ref<GradSlot>>& targets);
  /// Walks the graph.
  void run();
  /// What arrived at a target: zeros if no derivative brought anything, undefined if no root
  /// depends on it.
  Tensor arrived_at(const Ref<GradSlot>& target) const;

 private:
  // A slot that a sweep further out on this stack is using.
  struct Interrupted {
    Ref<GradSlot> slot;
    GradSlot::Sweep notes;
  };

  bool ends_at(const GradSlot& slot) const {
    return slot.is_leaf || (options_.stop_at_targets && slot.sweep.is_target);
  }
  void reach(const Ref<GradSlot>& slot, std::vector<GradSlot*>& open);
  void derive(Node& node, std::vector<Ref<GradSlot>>& ready);
  std::vector<GradSlot*> in_order();
  void complete(GradSlot& slot);
  void add_to_leaves();

  const Options options_;
  std::uint64_t id_ = 0;
  std::vector<Ref<GradSlot>> roots_;
  std::vector<Ref<GradSlot>> reached_;
  std::vector<Interrupted> interrupted_;
  std::vector<std::pair<Ref<GradSlot>, Tensor>> arrived_;
};

}  // namespace gradus
