#include <gradus/autograd/watch.h>

#include <cmath>
#include <memory>

namespace gradus {
namespace {

thread_local int detecting = 0;
thread_local int keeping = 0;
thread_local const std::string* scope = nullptr;

// The place of the first element that is not finite, or -1.
Index first_non_finite(const Tensor& x) {
  if (!x || !is_floating(x.dtype())) {
    return -1;
  }
  Index place = -1;
  const Tensor dense = x.dense();
  visit_floating("DetectAnomaly", dense.dtype(), [&](auto zero) {
    const auto* at = dense.data<decltype(zero)>();
    for (Index i = 0; i < dense.numel() && place < 0; ++i) {
      place = std::isfinite(at[i]) ? -1 : i;
    }
  });
  return place;
}

double element(const Tensor& x, Index i) {
  return convert(x, f64).to_vector<double>()[static_cast<std::size_t>(i)];
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

DetectAnomaly::DetectAnomaly() { ++detecting; }
DetectAnomaly::~DetectAnomaly() { --detecting; }
KeepValues::KeepValues() { ++keeping; }
KeepValues::~KeepValues() { --keeping; }
bool is_watched() { return detecting + keeping > 0; }

WatchedScope::WatchedScope(const std::string& path) : before_(scope) { scope = &path; }
WatchedScope::~WatchedScope() { scope = before_; }

void show_result(const char* name, const Inputs& inputs, const Tensor& result) {
  const Index place = detecting ? first_non_finite(result) : -1;
  if (place < 0) {
    return;
  }
  for (const Input& x : inputs) {
    if (first_non_finite(*x) >= 0) {
      return;  // it was born elsewhere
    }
  }
  fail<AnomalyError>({"DetectAnomaly: operation '", name, "'", in_module(scope ? *scope : ""),
                      " made ", element(result, place), " of finite numbers, at ",
                      position(result.shape(), place), " of its result of shape ", result.shape(),
                      ", from inputs of shapes ", shapes_of(inputs)});
}

void show_gradients(const Node& node, const Tensor& dy, Grads& dx) {
  if (!detecting || first_non_finite(dy) >= 0) {
    return;
  }
  for (int i = 0; i < node.num_inputs(); ++i) {
    const Index place = first_non_finite(dx[i]);
    if (place >= 0) {
      fail<AnomalyError>({"DetectAnomaly: the derivative of operation '", node.name(), "'",
                          in_module(node.notes() ? node.notes()->module : ""), " made ",
                          element(dx[i], place), " of finite gradients, at ",
                          position(dx[i].shape(), place), " of the gradient of its input ", i,
                          " of shape ", dx[i].shape()});
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
