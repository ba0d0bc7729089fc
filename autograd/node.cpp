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
    static const Ref<GradSlot> none;
    const Ref<GradSlot>& slot = *input ? (*input).slot() : none;
    if (i++ < Grads::kInline) {
      first_[i - 1] = slot;
    } else {
      more_.push_back(slot);
    }
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
  for (Ref<GradSlot>& slot : first_) {
    GradSlot::release(std::move(slot));
  }
  for (Ref<GradSlot>& slot : more_) {
    GradSlot::release(std::move(slot));
  }
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

bool needs_record(const char* name, const Inputs& inputs, const Tensor& result) {
  if (is_watched()) [[unlikely]] {
    show_result(name, inputs, result);
  }
  return is_recording() && std::any_of(inputs.begin(), inputs.end(),
                                       [](const Input& x) { return *x && (*x).requires_grad(); });
}

bool is_one_of(const Tensor& x, const Inputs& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [&](const Input& y) { return (*y).is(x); });
}

}  // namespace gradus
