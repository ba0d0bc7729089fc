#include <gradus/autograd/node.h>
#include <gradus/autograd/watch.h>

#include <algorithm>

namespace gradus {

void Saved::fail_changed() const {
  fail<GraphError>({"a tensor of shape ", tensor_.shape(),
                    " that the gradient needs was changed in place after it was used; change a "
                    "clone() instead, or call backward first"});
}

Grads::Grads(Node& node) : node_(node), num_inputs_(node.num_inputs()) {
  more_.resize(static_cast<std::size_t>(std::max(node.num_inputs() - kInline, 0)));
}

void Grads::fail_index(int input) const {
  fail<IndexError>({"backward of '", node_.name(), "': input must be from 0 to ", num_inputs_ - 1,
                    ", got ", input});
}

Tensor Grads::result(const Saved& y) const {
  if (!is_recording()) {
    return *y;
  }
  Tensor recorded = (*y).detach();
  recorded.set_slot(Ref<GradSlot>(&node_));
  return recorded;
}

Node::Node(const char* name, const Inputs& inputs, const Tensor& result)
    : GradSlot(false, result.shape(), result.dtype()),
      name_(name),
      num_inputs_(static_cast<int>(inputs.size())) {
  require<DtypeError>(is_floating(dtype), name,
                      ": a result with a derivative must be f32 or f64, got ", dtype,
                      "; return it without record()");
  int i = 0;
  for (const Input& input : inputs) {
    if (i >= Grads::kInline) {
      more_.push_back(*input ? (*input).slot() : Ref<GradSlot>());
    } else if (*input) {
      first_[i] = (*input).slot();
    }
    ++i;
  }
  if (is_watched()) [[unlikely]] {
    notes_ = make_notes(inputs, result);
  }
}

Node::~Node() {
  drop_inputs();
  if (notes_) [[unlikely]] {
    drop_notes(notes_);
  }
}

void Node::drop_inputs() {
  const auto drop = [](Ref<GradSlot>& slot) {
    if (slot) {
      GradSlot::release(std::move(slot));
    }
  };
  std::for_each(std::begin(first_), std::end(first_), drop);
  std::for_each(more_.begin(), more_.end(), drop);
}

void Node::release() {
  used_up_ = true;
  drop_closure();
  drop_inputs();
}

void Node::fail_used() const {
  fail<GraphError>(
      {"the graph was used up by an earlier backward; compute the result anew, or keep "
       "it with backward(y, {.retain_graph = true})"});
}

}  // namespace gradus
