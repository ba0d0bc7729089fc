#include <gradus/autograd/watch.h>
#include <gradus/nn/module.h>

#include <algorithm>
#include <set>
#include <utility>

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

// Without those that have an earlier name, too.
Parameters each_once(const Parameters& all) {
  Parameters first;
  for (const Parameter& p : all) {
    const auto is_same = [&](const Parameter& other) { return other.tensor.is(p.tensor); };
    if (std::none_of(first.begin(), first.end(), is_same)) {
      first.push_back(p);
    }
  }
  return first;
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

void Module::name_modules() {
  for (const NamedModule& m : modules()) {
    if (m.module != this) {
      m.module->path_ = m.path;
    }
  }
}

Parameters Module::parameters() {
  Collector collector;
  fields(collector);
  require_different_names(collector.parameters, collector.buffers);
  return each_once(collector.parameters);
}

Parameters Module::buffers() {
  Collector collector;
  fields(collector);
  require_different_names(collector.parameters, collector.buffers);
  return each_once(collector.buffers);
}

// All names of parameters, then all of buffers.
Parameters Module::named_state() {
  Collector collector;
  fields(collector);
  require_different_names(collector.parameters, collector.buffers);
  Parameters all = std::move(collector.parameters);
  all.insert(all.end(), collector.buffers.begin(), collector.buffers.end());
  return all;
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
