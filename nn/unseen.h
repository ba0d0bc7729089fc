#pragma once
// When layers may be taken together: what goes from one to the other is then never made.
#include <gradus/autograd/watch.h>
#include <gradus/nn/module.h>

#include <typeinfo>

namespace gradus::nn {

/// True for a Layer, not of a class made from it, whose run nobody sees, neither hooks nor a
/// watcher.
template <class Layer>
bool runs_unseen(const Module& module) {
  return typeid(module) == typeid(Layer) && !module.has_hooks() && !is_watched();
}

}  // namespace gradus::nn
