#include <gradus/autograd/watch.h>
#include <gradus/nn/module.h>

#include <set>

namespace gradus::nn {
namespace {

class Collector : public Fields {
 public:
  Parameters parameters;

  void operator()(const std::string& name, Tensor& parameter) override {
    if (parameter) {
      parameters.push_back({prefix_ + name, parameter});
    }
  }
  void operator()(const std::string& name, Module& child) override {
    const std::string outer = prefix_;
    prefix_ += name + ".";
    child.fields(*this);
    prefix_ = outer;
  }

 private:
  std::string prefix_;
};

class Children : public Fields {
 public:
  explicit Children(bool training) : training_(training) {}
  void operator()(const std::string&, Tensor&) override {}
  void operator()(const std::string&, Module& child) override { child.train(training_); }

 private:
  bool training_;
};

}  // namespace

// Tells each module its path.
class NameModules : public Fields {
 public:
  void operator()(const std::string&, Tensor&) override {}
  void operator()(const std::string& name, Module& child) override {
    const std::string outer = prefix_;
    prefix_ += name;
    child.path_ = prefix_;
    prefix_ += ".";
    child.fields(*this);
    prefix_ = outer;
  }

 private:
  std::string prefix_;
};

Tensor Module::forward(const Tensor&) {
  fail({"Module: forward(x) of one tensor is not defined for '", path_,
        "'; call the forward() that the module has"});
}

Tensor Module::operator()(const Tensor& x) {
  if (is_watched()) [[unlikely]] {
    const WatchedScope scope(path_);
    return forward(x);
  }
  return forward(x);
}

Parameters Module::parameters() {
  NameModules names_of_modules;
  fields(names_of_modules);
  Collector collector;
  fields(collector);
  std::set<std::string> names;
  for (const Parameter& p : collector.parameters) {
    require(names.insert(p.name).second, "Module: names of parameters must differ, got '", p.name,
            "' twice; name each member once in fields()");
  }
  return std::move(collector.parameters);
}

Index Module::num_parameters() {
  Index total = 0;
  for (const Parameter& p : parameters()) {
    total += p.tensor.numel();
  }
  return total;
}

void Module::zero_grad() {
  for (const Parameter& p : parameters()) {
    if (p.tensor.requires_grad()) {
      p.tensor.set_grad(Tensor());
    }
  }
}

void Module::train(bool on) {
  training_ = on;
  Children children(on);
  fields(children);
}

}  // namespace gradus::nn
