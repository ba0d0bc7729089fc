#include <gradus/autograd/watch.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace gradus {
namespace {

thread_local int detecting = 0;
thread_local int keeping = 0;
thread_local const std::string* scope = nullptr;
thread_local bool in_derivative = false;
thread_local CollectOperands* collecting = nullptr;

// The worst that a tensor holds, and where it does so first.
struct Finding {
  enum Kind { finite, infinite, nan } kind = finite;
  Index place = -1;
  double value = 0;
};

Finding worst_of(const Tensor& x) {
  Finding worst;
  if (!x || !is_floating(x.dtype())) {
    return worst;
  }
  const Tensor dense = x.dense();
  visit_floating("DetectAnomaly", dense.dtype(), [&](auto zero) {
    const auto* at = dense.data<decltype(zero)>();
    for (Index i = 0; i < dense.numel(); ++i) {
      if (std::isfinite(at[i])) {
        continue;
      }
      const Finding::Kind kind = std::isnan(at[i]) ? Finding::nan : Finding::infinite;
      worst = kind > worst.kind ? Finding{kind, i, double(at[i])} : worst;
    }
  });
  return worst;
}

const char* text_of(Finding::Kind kind) {
  return kind == Finding::finite ? " of finite " : " of infinite ";
}

Shape position(const Shape& shape, Index i) {
  Shape at = shape;
  for (int d = shape.rank(); d-- > 0;) {
    at[d] = i % shape[d];
    i /= shape[d];
  }
  return at;
}

std::string in_module(const std::string& module) {
  return module.empty() ? "" : " in module '" + module + "'";
}

std::string shapes_of(const Inputs& inputs) {
  std::string text;
  for (const Input& x : inputs) {
    if (*x) {
      text += (text.empty() ? "" : ", ") + to_text((*x).shape());
    }
  }
  return text;
}

}  // namespace

DetectAnomaly::DetectAnomaly() {
  ++detecting;
  ++thread_modes.watchers;
}
DetectAnomaly::~DetectAnomaly() {
  --detecting;
  --thread_modes.watchers;
}
KeepValues::KeepValues() {
  ++keeping;
  ++thread_modes.watchers;
}
KeepValues::~KeepValues() {
  --keeping;
  --thread_modes.watchers;
}

WatchedScope::WatchedScope(const std::string& path) : before_(scope) {
  if (!path.empty()) {
    scope = &path;
  }
}
WatchedScope::~WatchedScope() { scope = before_; }

DerivativeScope::DerivativeScope(const Node& node)
    : module_(node.notes() ? node.notes()->module : ""), scope_(module_), before_(in_derivative) {
  in_derivative = true;
}
DerivativeScope::~DerivativeScope() { in_derivative = before_; }

CollectOperands::CollectOperands() : before_(std::exchange(collecting, this)) {
  ++thread_modes.watchers;
}

std::vector<Tensor> CollectOperands::stop() {
  if (std::exchange(running_, false)) {
    collecting = before_;
    --thread_modes.watchers;
  }
  return std::move(tensors_);
}

void CollectOperands::note(const Inputs& inputs) {
  for (const Input& x : inputs) {
    if (*x && (*x).requires_grad() && places_.insert((*x).slot().get()).second) {
      tensors_.push_back(*x);
    }
  }
}

void show_result(const char* name, const Inputs& inputs, const Tensor& result) {
  if (collecting) {
    collecting->note(inputs);
  }
  const Finding made = detecting && !in_derivative ? worst_of(result) : Finding();
  Finding::Kind given = Finding::finite;
  for (auto x = inputs.begin(); made.kind != Finding::finite && x != inputs.end(); ++x) {
    given = std::max(given, worst_of(**x).kind);
  }
  if (made.kind > given) {
    fail<AnomalyError>({"DetectAnomaly: operation '", name, "'", in_module(scope ? *scope : ""),
                        " made ", made.value, text_of(given), "numbers, at ",
                        position(result.shape(), made.place), " of its result of shape ",
                        result.shape(), ", from inputs of shapes ", shapes_of(inputs)});
  }
}

void show_gradients(const Node& node, const Tensor& dy, Grads& dx) {
  if (!detecting) {
    return;
  }
  const Finding::Kind given = worst_of(dy).kind;
  for (int i = 0; i < node.num_inputs(); ++i) {
    const Finding made = worst_of(dx[i]);
    if (made.kind > given) {
      fail<AnomalyError>({"DetectAnomaly: the derivative of operation '", node.name(), "'",
                          in_module(node.notes() ? node.notes()->module : ""), " made ", made.value,
                          text_of(given), "gradients, at ", position(dx[i].shape(), made.place),
                          " of the gradient of its input ", i, " of shape ", dx[i].shape()});
    }
  }
}

NodeNotes* make_notes(const Inputs& inputs, const Tensor& result) {
  auto notes = std::make_unique<NodeNotes>();
  if (scope) {
    notes->module = *scope;
  }
  if (keeping) {
    notes->result = result.detach();
    for (const Input& x : inputs) {
      notes->inputs.push_back(*x ? (*x).detach() : Tensor());
    }
  }
  return notes.release();
}

void drop_notes(NodeNotes* notes) noexcept { delete notes; }

}  // namespace gradus
