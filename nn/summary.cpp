#include <cxxabi.h>
#include <gradus/core/flops.h>
#include <gradus/nn/hooks.h>
#include <gradus/nn/summary.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <typeinfo>

namespace gradus::nn {
namespace {

// "Linear" of gradus::nn::Linear, "Pair" of Pair<int, std::string>.
std::string type_of(const Module& module) {
  const char* const mangled = typeid(module).name();
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  const std::string name = readable ? readable.get() : mangled;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    depth += name[i] == '(' || name[i] == '<' ? 1 : name[i] == ')' || name[i] == '>' ? -1 : 0;
    if (depth == 0 && name.compare(i, 2, "::") == 0) {
      begin = i + 2;
    }
  }
  return name.substr(begin, name.find('<', begin) - begin);
}

// The parameters of one module, without those below it.
class OwnParameters : public Fields {
 public:
  std::vector<Tensor> tensors;
  void operator()(const std::string&, Tensor& parameter) override {
    if (parameter) {
      tensors.push_back(parameter);
    }
  }
  void operator()(const std::string&, Module&) override {}
};

// What goes on while the network runs.
struct Run {
  struct Call {
    std::int64_t flops_before;
    std::int64_t flops_below;
  };
  CountFlops count;
  std::vector<Call> calls;      // those that have not ended, the outermost first
  std::vector<Tensor> results;  // they live until the end, so that no storage comes twice
  std::set<const Storage*> seen;

  bool keep(const Tensor& x) {
    results.push_back(x);
    return seen.insert(&x.storage()).second;
  }
};

struct Probe final : ModuleHook {
  Probe(LayerSummary& l, Run& r) : layer(l), run(r) {}
  void before(Module&, const Tensor&) override { run.calls.push_back({run.count.flops(), 0}); }
  Tensor after(Module&, const Tensor&, const Tensor& y) override {
    const Run::Call call = run.calls.back();
    run.calls.pop_back();
    const std::int64_t flops = run.count.flops() - call.flops_before;
    if (!run.calls.empty()) {
      run.calls.back().flops_below += flops;
    }
    layer.flops += flops - call.flops_below;
    ++layer.calls;
    layer.output = y.shape();
    layer.bytes += run.keep(y) ? y.numel() * item_size(y.dtype()) : 0;
    return Tensor();
  }

  LayerSummary& layer;
  Run& run;
};

// Puts a module and those below it in evaluation mode, each back at the end.
class Evaluation {
 public:
  explicit Evaluation(const std::vector<NamedModule>& modules) : modules_(modules) {
    for (const NamedModule& m : modules_) {
      modes_.push_back(m.module->is_training());
    }
    modules_.front().module->eval();
  }
  // Parents come first, so what they set below them is set right after.
  ~Evaluation() {
    for (std::size_t i = 0; i < modules_.size(); ++i) {
      modules_[i].module->train(modes_[i]);
    }
  }
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

 private:
  const std::vector<NamedModule>& modules_;
  std::vector<bool> modes_;
};

class Probes {
 public:
  Probes() = default;
  ~Probes() {
    for (HookHandle& handle : handles_) {
      handle.remove();
    }
  }
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;
  void add(Module& module, LayerSummary& layer, Run& run) {
    handles_.emplace_back(module.add_hook(make_ref<Probe>(layer, run)));
  }

 private:
  std::vector<HookHandle> handles_;
};

// The modules, one that is at two places only at the first.
std::vector<NamedModule> each_once(Module& net) {
  std::set<const Module*> seen;
  std::vector<NamedModule> modules = net.modules();
  std::erase_if(modules, [&](const NamedModule& m) { return !seen.insert(m.module).second; });
  return modules;
}

Summary list_layers(const std::vector<NamedModule>& modules) {
  Summary summary;
  std::set<const Storage*> seen;
  for (const NamedModule& m : modules) {
    LayerSummary layer;
    layer.path = m.path;
    layer.type = type_of(*m.module);
    OwnParameters own;
    m.module->fields(own);
    for (const Tensor& p : own.tensors) {
      if (seen.insert(&p.storage()).second) {
        layer.parameters += p.numel();
        layer.trainable += p.requires_grad() ? p.numel() : 0;
      }
    }
    summary.layers.push_back(std::move(layer));
  }
  return summary;
}

// 1234567 -> "1,234,567"
std::string grouped(std::int64_t n) {
  const std::string digits = std::to_string(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    text += i > 0 && (digits.size() - i) % 3 == 0 ? "," : "";
    text += digits[i];
  }
  return text;
}

std::string output_of(const LayerSummary& layer) {
  const std::string shape = layer.calls == 0 ? "not called" : to_text(layer.output);
  return layer.calls > 1 ? join({shape, " x", layer.calls}) : shape;
}

// The cells in columns: texts to the left, numbers to the right.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  constexpr std::size_t kTexts = 3;
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      text += (i == 0 ? "" : "  ") + (i < kTexts ? row[i] + space : space + row[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

Summary summarize(Module& net, const Tensor& x) {
  const std::vector<NamedModule> modules = each_once(net);
  Summary summary = list_layers(modules);
  {
    const NoGrad values_only;
    const Evaluation evaluation(modules);
    Run run;
    run.keep(x);
    Probes probes;
    for (std::size_t i = 0; i < modules.size(); ++i) {
      probes.add(*modules[i].module, summary.layers[i], run);
    }
    net(x);
  }
  for (const LayerSummary& layer : summary.layers) {
    summary.total.parameters += layer.parameters;
    summary.total.trainable += layer.trainable;
    summary.total.flops += layer.flops;
    summary.total.bytes += layer.bytes;
  }
  return summary;
}

Summary summarize(Module& net, const Shape& input) {
  const Parameters parameters = net.parameters();
  return summarize(net, zeros(input, parameters.empty() ? f32 : parameters[0].tensor.dtype()));
}

std::string to_text(const Summary& summary) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "type", "output", "parameters", "trainable", "FLOPs", "bytes"}};
  const auto add = [&](const std::string& name, const std::string& output, const LayerSummary& l) {
    rows.push_back({name, l.type, output, grouped(l.parameters), grouped(l.trainable),
                    grouped(l.flops), grouped(l.bytes)});
  };
  for (const LayerSummary& layer : summary.layers) {
    add(layer.path.empty() ? "(net)" : layer.path, output_of(layer), layer);
  }
  add("total", "", summary.total);
  return table(rows);
}

std::string summary(Module& net, const Tensor& x) { return to_text(summarize(net, x)); }
std::string summary(Module& net, const Shape& input) { return to_text(summarize(net, input)); }

}  // namespace gradus::nn
