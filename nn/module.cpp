#include <gradus/autograd/watch.h>
#include <gradus/nn/module.h>

#include <set>

namespace gradus::nn {
namespace {

class Collector : public Fields {
 public:
  Parameters parameters;
  Parameters buffers;

  void operator()(const std::string& name, Tensor& parameter) override {
    if (parameter) {
      parameters.push_back({prefix_ + name, parameter});
    }
  }
  void buffer(const std::string& name, Tensor& buffer) override {
    if (buffer) {
      buffers.push_back({prefix_ + name, buffer});
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

// Lists modules, each before those below it.
class ModuleCollector : public Fields {
 public:
  std::vector<NamedModule> modules;

  explicit ModuleCollector(Module& root) { add("", root); }
  void operator()(const std::string&, Tensor&) override {}
  void operator()(const std::string& name, Module& child) override {
    add(prefix_.empty() ? name : prefix_ + "." + name, child);
  }

 private:
  void add(const std::string& path, Module& module) {
    modules.push_back({path, &module});
    const std::string outer = prefix_;
    prefix_ = path;
    module.fields(*this);
    prefix_ = outer;
  }

  std::string prefix_;
};

void require_different_names(const Parameters& parameters, const Parameters& buffers) {
  std::set<std::string> names;
  for (const Parameters* list : {&parameters, &buffers}) {
    for (const Parameter& p : *list) {
      require(names.insert(p.name).second, "Module: names of parameters must differ, got '", p.name,
              "' twice; name each member once in fields()");
    }
  }
}

}  // namespace

Tensor Module::forward(const Tensor&) {
  fail({"Module: forward(x) of one tensor is not defined for '", path_,
        "'; call the forward() that the module has"});
}

Tensor Module::operator()(const Tensor& x) {
  return run(x, [this, &x] { return forward(x); });
}

Tensor Module::run(const Tensor& x, const std::function<Tensor()>& pass) {
  if (is_watched()) [[unlikely]] {
    const WatchedScope scope(path_);
    return hooks_.empty() ? pass() : run_with_hooks(x, pass);
  }
  return hooks_.empty() ? pass() : run_with_hooks(x, pass);
}

Parameters Module::parameters() {
  for (const NamedModule& m : modules()) {
    if (m.module != this) {
      m.module->path_ = m.path;
    }
  }
  Collector collector;
  fields(collector);
  require_different_names(collector.parameters, collector.buffers);
  return std::move(collector.parameters);
}

Parameters Module::buffers() {
  Collector collector;
  fields(collector);
  require_different_names(collector.parameters, collector.buffers);
  return std::move(collector.buffers);
}

std::vector<NamedModule> Module::modules() { return ModuleCollector(*this).modules; }

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
  for (const NamedModule& m : modules()) {
    m.module->training_ = on;
  }
}

void Module::freeze() {
  for (const Parameter& p : parameters()) {
    Tensor(p.tensor).set_requires_grad(false);
  }
}

void Module::unfreeze() {
  for (const Parameter& p : parameters()) {
    Tensor(p.tensor).set_requires_grad();
  }
}

namespace {

class Apply : public Fields {
 public:
  explicit Apply(const std::function<void(Module&)>& f) : f_(f) {}
  void operator()(const std::string&, Tensor&) override {}
  void operator()(const std::string&, Module& child) override { child.apply(f_); }

 private:
  const std::function<void(Module&)>& f_;
};

}  // namespace

void Module::apply(const std::function<void(Module&)>& f) {
  Apply below(f);
  fields(below);
  f(*this);
}

}  // namespace gradus::nn
