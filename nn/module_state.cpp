// What a module is made of, as a whole: moved to another dtype, saved and loaded.
#include <gradus/nn/module.h>

#include <utility>

namespace gradus::nn {
namespace {

// Puts tensors of another dtype in the place of those that it is shown.
class ToDtype : public Fields {
 public:
  explicit ToDtype(Dtype dtype) : dtype_(dtype) {}

  void operator()(const std::string&, Tensor& parameter) override { replace(parameter); }
  void operator()(const std::string&, Module& child) override { child.fields(*this); }
  void buffer(const std::string&, Tensor& buffer) override { replace(buffer); }

 private:
  void replace(Tensor& x) {
    if (!x || !is_floating(x.dtype()) || x.dtype() == dtype_) {
      return;
    }
    for (const auto& [before, after] : replaced_) {
      if (before.is(x)) {
        x = after;
        return;
      }
    }
    Tensor y = convert(x, dtype_);
    if (x.requires_grad()) {
      y.set_requires_grad();
    }
    replaced_.emplace_back(x, y);
    x = y;
  }

  const Dtype dtype_;
  std::vector<std::pair<Tensor, Tensor>> replaced_;
};

std::string describe(const Tensor& x) {
  return join({"a tensor of shape ", x.shape(), ", ", x.dtype()});
}

std::string describe(const StateDict::Value& value) {
  const auto* x = std::get_if<Tensor>(&value);
  return x ? describe(*x) : std::holds_alternative<double>(value) ? "a number" : "a text";
}

// "; missing 'a', 'b'", and nothing for none.
std::string list(const char* what, const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    text += (text.empty() ? join({"; ", what, " "}) : ", ") + item;
  }
  return text;
}

// All parameters, then all buffers.
Parameters state_of(Module& module) {
  Parameters all = module.parameters();
  for (Parameter& buffer : module.buffers()) {
    all.push_back(std::move(buffer));
  }
  return all;
}

}  // namespace

void Module::to(Dtype dtype) {
  require<DtypeError>(is_floating(dtype), "Module: to must be given f32 or f64, got ", dtype);
  ToDtype to_dtype(dtype);
  fields(to_dtype);
}

StateDict Module::state_dict() {
  StateDict state;
  for (const Parameter& p : state_of(*this)) {
    state.set(p.name, p.tensor.clone());
  }
  return state;
}

void Module::load_state_dict(const StateDict& saved) {
  const Parameters all = state_of(*this);
  StateDict own;
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  std::vector<std::string> others;
  std::vector<Tensor> values;  // copies, for `saved` may hold handles on what is overwritten
  for (const Parameter& p : all) {
    own.set(p.name, p.tensor);
    const StateDict::Value* value = saved.find(p.name);
    const auto* x = value ? std::get_if<Tensor>(value) : nullptr;
    if (!value) {
      missing.push_back("'" + p.name + "'");
    } else if (!x || x->shape() != p.tensor.shape() || x->dtype() != p.tensor.dtype()) {
      others.push_back(
          join({"'", p.name, "' must be ", describe(p.tensor), ", got ", describe(*value)}));
    } else {
      values.push_back(x->clone());
    }
  }
  for (const auto& [name, value] : saved) {
    if (!own.contains(name)) {
      unexpected.push_back("'" + name + "'");
    }
  }
  require(missing.empty() && unexpected.empty() && others.empty(),
          "Module: load_state_dict must be given the state of a module like this one, got ",
          saved.size(), " entries for ", all.size(), list("missing", missing),
          list("unexpected", unexpected), list("different:", others));
  const NoGrad values_only;
  for (std::size_t i = 0; i < all.size(); ++i) {
    copy(all[i].tensor, values[i]);
  }
}

}  // namespace gradus::nn
