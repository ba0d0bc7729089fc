#include <gradus/autograd/node.h>
#include <gradus/autograd/to_dot.h>
#include <gradus/autograd/watch.h>

#include <unordered_map>
#include <vector>

namespace gradus {
namespace {

// Inside the quotes of a label.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

// "\\n= [1, 2]", on one line, or nothing if x is unknown or large.
std::string value_of(const Tensor& x, Index max_values) {
  if (!x || x.numel() > max_values) {
    return "";
  }
  std::string text = to_text(x.detach());  // "tensor(...)" or "tensor(..., f64)"
  const std::string dtype = join({", ", x.dtype(), ")"});
  if (text.ends_with(dtype)) {
    text.resize(text.size() - dtype.size() + 1);
  }
  std::string value = "\\n= ";
  for (std::size_t i = text.find('(') + 1; i + 1 < text.size(); ++i) {
    if (text[i] != '\n' && !(text[i] == ' ' && value.back() == ' ')) {
      value += text[i];
    }
  }
  return value;
}

class GraphText {
 public:
  GraphText(const Parameters& parameters, const DotOptions& options) : options_(options) {
    for (const Parameter& p : parameters) {
      if (p.tensor && p.tensor.slot()) {
        names_.emplace(p.tensor.slot().get(), &p);
      }
    }
  }

  std::string of(const GradSlot* root) {
    number_of(root);
    for (std::size_t next = 0; next < found_.size(); ++next) {
      if (found_[next]->is_leaf) {
        leaf(next);
      } else {
        operation(next, static_cast<const Node&>(*found_[next]));
      }
    }
    return "digraph gradus {\n  node [fontname=\"Helvetica\", shape=box, style=rounded];\n" +
           text_ + "}\n";
  }

 private:
  // Numbers go in the order in which the walk, from the result, meets them.
  std::size_t number_of(const GradSlot* slot) {
    const auto [place, is_new] = numbers_.emplace(slot, found_.size());
    if (is_new) {
      found_.push_back(slot);
    }
    return place->second;
  }

  static std::string id(std::size_t number) { return join({"n", number}); }

  void box(const std::string& id, const std::string& label, const char* look) {
    text_ += join({"  ", id, " [label=\"", label, "\"", look, "];\n"});
  }

  void edge(const std::string& from, const std::string& to) {
    text_ += join({"  ", from, " -> ", to, ";\n"});
  }

  static std::string shape_of(const Shape& shape, Dtype dtype) { return join({shape, " ", dtype}); }

  void leaf(std::size_t number) {
    const GradSlot& slot = *found_[number];
    const auto named = names_.find(&slot);
    const bool known = named != names_.end();
    box(id(number),
        escaped(known ? named->second->name : "leaf") + "\\n" + shape_of(slot.shape, slot.dtype) +
            (known ? value_of(named->second->tensor, options_.max_values) : ""),
        ", shape=ellipse, style=filled, fillcolor=\"#cfe8cf\"");
  }

  void operation(std::size_t number, const Node& node) {
    const NodeNotes* notes = node.notes();
    std::string label = escaped(node.name());
    if (notes && !notes->module.empty()) {
      label += "\\nin " + escaped(notes->module);
    }
    label += "\\n" + shape_of(node.shape, node.dtype);
    label += node.is_used_up() ? "\\n(used up)" : "";
    label += notes ? value_of(notes->result, options_.max_values) : "";
    box(id(number), label, number == 0 ? ", style=\"rounded,filled\", fillcolor=\"#ffe0b0\"" : "");
    for (int i = 0; i < node.num_inputs(); ++i) {
      if (node.input(i)) {
        edge(id(number_of(node.input(i).get())), id(number));
      } else if (notes && static_cast<std::size_t>(i) < notes->inputs.size()) {
        constant(notes->inputs[static_cast<std::size_t>(i)], number, i);
      }
    }
  }

  void constant(const Tensor& x, std::size_t number, int input) {
    if (!x) {
      return;
    }
    const std::string own = id(number) + "_" + std::to_string(input);
    box(own, "constant\\n" + shape_of(x.shape(), x.dtype()) + value_of(x, options_.max_values),
        ", shape=ellipse, style=dashed");
    edge(own, id(number));
  }

  const DotOptions options_;
  std::unordered_map<const GradSlot*, const Parameter*> names_;
  std::unordered_map<const GradSlot*, std::size_t> numbers_;
  std::vector<const GradSlot*> found_;
  std::string text_;
};

}  // namespace

std::string to_dot(const Tensor& y, const Parameters& parameters, const DotOptions& options) {
  require<GraphError>(y.requires_grad(),
                      "to_dot: tensor must come from operations on tensors that require a "
                      "gradient, got one without history; call set_requires_grad() on the leaves");
  return GraphText(parameters, options).of(y.slot().get());
}

}  // namespace gradus
