#pragma once
// How a result remembers where it came from.  Every op makes its result with functions that see
// numbers alone and hands it to record(), together with a closure that turns the gradient of the
// result, dy, into those of the inputs:
//
//   Tensor tanh(const Tensor& x) {
//     Tensor y = empty_like(x);
//     elementwise("tanh", [](auto& y, auto x) { y = tanh(x); }, y, x);
//     return record(y, "tanh", {x}, [y = Saved(y)](const Tensor& dy, Grads& dx) {
//       const Tensor t = dx.result(y);
//       dx[0] = (1 - t * t) * dy;  // d tanh = 1 - tanh^2
//     });
//   }
//
// The nodes form a graph from results to inputs.  backward() (autograd/backward.h) walks it, with
// recording switched off: the operations in a derivative then only compute.  Where derivatives of
// derivatives are wanted it stays on, so a derivative that is written in recorded operations has
// itself a derivative.
#include <gradus/core/tensor.h>

#include <concepts>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus {

class Node;
struct NodeNotes;

/// A tensor that a closure needs at backward.  Reading it checks that it has not been changed
/// since.
class Saved {
 public:
  explicit Saved(const Tensor& x) : tensor_(x), version_(x ? x.storage().version() : 0) {}

  /// Throws GraphError if the tensor was changed in place after it was saved.
  const Tensor& operator*() const {
    if (tensor_ && tensor_.storage().version() != version_) [[unlikely]] {
      fail_changed();
    }
    return tensor_;
  }
  /// False for one made from an undefined tensor.
  explicit operator bool() const { return bool(tensor_); }

 private:
  [[noreturn]] void fail_changed() const;

  Tensor tensor_;
  std::uint64_t version_;
};

/// Where a closure puts the gradients of the inputs.  One left undefined counts as zero.
class Grads {
 public:
  explicit Grads(Node& node);

  /// False for inputs that need no gradient: what would be computed for them is thrown away.
  bool wanted(int input) const;
  /// Throws IndexError unless there is such an input.
  Tensor& operator[](int input) {
    if (input < 0 || input >= num_inputs_) [[unlikely]] {
      fail_index(input);
    }
    return input < kInline ? first_[input] : more_[static_cast<std::size_t>(input - kInline)];
  }

  /// The saved result of the operation itself.  While a derivative is recorded it has its history
  /// (which the closure must not hold: it would hold itself).
  Tensor result(const Saved& y) const;

  static constexpr int kInline = 3;

 private:
  [[noreturn]] void fail_index(int input) const;

  Node& node_;
  const int num_inputs_;
  Tensor first_[kInline];
  std::vector<Tensor> more_;
};

/// An operand of record(): a tensor by reference.
class Input {
 public:
  Input(const Tensor& tensor) : tensor_(&tensor) {}
  const Tensor& operator*() const { return *tensor_; }

 private:
  const Tensor* tensor_;
};

/// The operands of record(), by reference.
class Inputs {
 public:
  Inputs(const Input* first, std::size_t count) : first_(first), count_(count) {}
  Inputs(const std::vector<Input>& inputs) : first_(inputs.data()), count_(inputs.size()) {}
  const Input* begin() const { return first_; }
  const Input* end() const { return first_ + count_; }
  std::size_t size() const { return count_; }

 private:
  const Input* first_;
  std::size_t count_;
};

/// One recorded operation: its name, the slots of its inputs, and its derivative.
class Node : public GradSlot {
 public:
  Node(const char* name, const Inputs& inputs, const Tensor& result);
  ~Node() override;

  const char* name() const { return name_; }
  int num_inputs() const { return num_inputs_; }
  /// Null where the input needs no gradient.
  const Ref<GradSlot>& input(int i) const {
    return i < Grads::kInline ? first_[i] : more_[static_cast<std::size_t>(i - Grads::kInline)];
  }

  /// What was noted when it was made, if somebody watched (autograd/watch.h); otherwise null.
  const NodeNotes* notes() const { return notes_; }

  /// Throws GraphError after release().
  virtual void derive(const Tensor& dy, Grads& dx) = 0;
  /// Drops what was saved and the way to the inputs; the node cannot be used again.
  void release();
  bool is_used_up() const { return used_up_; }

 protected:
  virtual void drop_closure() = 0;
  [[noreturn]] void fail_used() const;

 private:
  void drop_inputs();

  const char* name_;
  int num_inputs_;
  bool used_up_ = false;
  Ref<GradSlot> first_[Grads::kInline];
  std::vector<Ref<GradSlot>> more_;
  NodeNotes* notes_ = nullptr;  // owned
};

inline bool Grads::wanted(int input) const {
  const Ref<GradSlot>& slot = node_.input(input);
  return slot && slot->sweep.wanted;
}

template <class F>
class NodeOf final : public Node {
 public:
  NodeOf(const char* name, const Inputs& inputs, const Tensor& result, F closure)
      : Node(name, inputs, result), closure_(std::move(closure)) {}

  void derive(const Tensor& dy, Grads& dx) override {
    if (!closure_) {
      fail_used();
    }
    (*closure_)(dy, dx);
  }

 private:
  void drop_closure() override { closure_.reset(); }

  std::optional<F> closure_;
};

/// Shows the result of an operation to those who watch (autograd/watch.h).
void show_result(const char* name, const Inputs& inputs, const Tensor& result);
/// True if an operation on these inputs is to be recorded: one wants a gradient, and no NoGrad
/// lives.
inline bool needs_record(const Inputs& inputs) {
  bool wanted = false;
  for (const Input& x : inputs) {
    wanted |= *x && (*x).requires_grad();
  }
  return wanted && is_recording();
}
/// True if x is the very tensor of one of the inputs.
inline bool is_one_of(const Tensor& x, const Inputs& inputs) {
  bool found = false;
  for (const Input& y : inputs) {
    found |= (*y).is(x);
  }
  return found;
}

/// Returns `result`, made by operation `name` from `inputs`, with a node for backward.
/// derive(dy, dx) puts the inputs' gradients into dx[0], dx[1], ...; dy has the result's shape and
/// dtype.  What it needs of inputs or result it captures as Saved.
template <class R, class F>
requires std::same_as<std::remove_cvref_t<R>, Tensor> Tensor record(R&& result, const char* name,
                                                                    const Inputs& inputs,
                                                                    F derive) {
  if (thread_modes.watchers > 0) [[unlikely]] {
    show_result(name, inputs, result);
  }
  if (!needs_record(inputs)) {
    return std::forward<R>(result);
  }
  // What the closure holds stays without history: one that held its own node would never be
  // released.  An input that is passed on stays what it was, a leaf for one.
  const bool is_others = result.is_shared() || is_one_of(result, inputs);
  Tensor recorded = is_others ? result.detach() : Tensor(std::forward<R>(result));
  recorded.set_slot(make_ref<NodeOf<F>>(name, inputs, recorded, std::move(derive)));
  return recorded;
}
template <class R, class F>
requires std::same_as<std::remove_cvref_t<R>, Tensor> Tensor
record(R&& result, const char* name, std::initializer_list<Input> inputs, F derive) {
  return record(std::forward<R>(result), name, Inputs(inputs.begin(), inputs.size()),
                std::move(derive));
}

}  // namespace gradus
