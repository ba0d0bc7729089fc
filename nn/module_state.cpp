// What a module is made of, as a whole: moved to another dtype, saved and loaded.
#include <gradus/nn/module.h>

#include <cstring>
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

std::vector<std::string> quoted(std::vector<std::string> names) {
  for (std::string& name : names) {
    name = join({"'", name, "'"});
  }
  return names;
}

bool same_bits(const Tensor& a, const Tensor& b) {  // dense, of one shape and dtype
  const auto bytes = static_cast<std::size_t>(a.numel() * item_size(a.dtype()));
  return bytes == 0 || std::memcmp(a.address(), b.address(), bytes) == 0;
}

// What loading would do.
struct Comparison {
  MatchedState left;
  std::vector<std::string> others;  // that differ in shape or dtype, or from what they are tied to
  struct Value {
    Parameter own;
    Tensor saved;
  };
  std::vector<Value> values;
};

Comparison compare(const Parameters& all, const StateDict& saved) {
  Comparison found;
  StateDict own;
  for (const Parameter& p : all) {
    own.set(p.name, p.tensor);
    const StateDict::Value* value = saved.find(p.name);
    const auto* x = value ? std::get_if<Tensor>(value) : nullptr;
    if (!value) {
      found.left.missing.push_back(p.name);
    } else if (!x || x->shape() != p.tensor.shape() || x->dtype() != p.tensor.dtype()) {
      found.others.push_back(
          join({"'", p.name, "' must be ", describe(p.tensor), ", got ", describe(*value)}));
    } else {  // a copy, for `saved` may hold handles on what is overwritten
      const Tensor copied = x->clone();
      for (const auto& [before, value_before] : found.values) {
        if (before.tensor.is(p.tensor) && !same_bits(value_before, copied)) {
          found.others.push_back(join({"'", p.name, "' must be '", before.name,
                                       "', to which it is tied, got other numbers"}));
        }
      }
      found.values.push_back({p, copied});
    }
  }
  for (const auto& [name, value] : saved) {
    if (!own.contains(name)) {
      found.left.unexpected.push_back(name);
    }
  }
  return found;
}

void load(const Comparison& found) {
  const NoGrad values_only;
  for (const auto& [own, saved] : found.values) {
    copy(own.tensor, saved);
  }
}

}  // namespace

void Module::to(Dtype dtype) {
  require<DtypeError>(is_floating(dtype), "Module: to must be given f32 or f64, got ", dtype);
  ToDtype to_dtype(dtype);
  fields(to_dtype);
}

StateDict Module::state_dict() {
  StateDict state;
  for (const Parameter& p : named_state()) {
    state.set(p.name, p.tensor.clone());
  }
  return state;
}

void Module::load_state_dict(const StateDict& saved) {
  const Parameters all = named_state();
  const Comparison found = compare(all, saved);
  const auto& [missing, unexpected] = found.left;
  require(missing.empty() && unexpected.empty() && found.others.empty(),
          "Module: load_state_dict must be given the state of a module like this one, got ",
          saved.size(), " entries for ", all.size(), list("missing", quoted(missing)),
          list("unexpected", quoted(unexpected)), list("different:", found.others));
  load(found);
}

MatchedState Module::load_matching(const StateDict& saved) {
  const Comparison found = compare(named_state(), saved);
  require(found.others.empty(),
          "Module: load_matching must be given tensors of the shapes and dtypes of the module's",
          list("different:", found.others));
  load(found);
  return found.left;
}

}  // namespace gradus::nn
