#pragma once
// Watching operations as they run, for teaching and for finding mistakes.  Nothing is noted, and
// next to nothing paid, unless one of these lives on the thread:
//
//   const DetectAnomaly detect;       // stops at the first result or gradient that is not finite
//   const KeepValues keep;            // nodes remember values, for to_dot() (autograd/to_dot.h)
//
// Modules enter a WatchedScope with their name, so that what is noted says where it was.
#include <gradus/autograd/node.h>

#include <set>
#include <string>

namespace gradus {

/// What a node remembers of its making.
struct NodeNotes {
  std::string module;          ///< the path of the module that ran the operation; may be empty
  Tensor result;               ///< without history; undefined unless KeepValues lives
  std::vector<Tensor> inputs;  ///< likewise
};

/// While it lives, on this thread, the first operation that makes a NaN of inputs without one, or
/// an infinity of finite inputs, throws AnomalyError, and so does the first derivative that makes
/// such a gradient.  Infinities that come in, of a mask for one, are nobody's mistake.  The message
/// names operation, module, element and shapes.  Costs a pass over every result.
class DetectAnomaly {
 public:
  DetectAnomaly();
  ~DetectAnomaly();
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;
};

/// While it lives, nodes made on this thread keep handles on their operands and results.
class KeepValues {
 public:
  KeepValues();
  ~KeepValues();
  KeepValues(const KeepValues&) = delete;
  KeepValues& operator=(const KeepValues&) = delete;
};

/// Until stop(), notes on this thread every tensor that wants a gradient and becomes an operand.
class CollectOperands {
 public:
  CollectOperands();
  ~CollectOperands() { stop(); }
  CollectOperands(const CollectOperands&) = delete;
  CollectOperands& operator=(const CollectOperands&) = delete;

  /// Hands over what was noted, each tensor's place in the graph once.
  std::vector<Tensor> stop();
  void note(const Inputs& inputs);

 private:
  CollectOperands* before_;
  bool running_ = true;
  std::set<const GradSlot*> places_;
  std::vector<Tensor> tensors_;
};

/// True if one of the above lives on this thread.
inline bool is_watched() { return thread_modes.watchers > 0; }

/// Names what runs on this thread while it lives; without a name of its own it keeps that of what
/// is around it.  `path` is borrowed.
class WatchedScope {
 public:
  explicit WatchedScope(const std::string& path);
  ~WatchedScope();
  WatchedScope(const WatchedScope&) = delete;
  WatchedScope& operator=(const WatchedScope&) = delete;

 private:
  const std::string* before_;
};

/// While it lives, the derivative of `node` runs: in the node's module, and only what it hands back
/// is looked at.
class DerivativeScope {
 public:
  explicit DerivativeScope(const Node& node);
  ~DerivativeScope();
  DerivativeScope(const DerivativeScope&) = delete;
  DerivativeScope& operator=(const DerivativeScope&) = delete;

 private:
  const std::string module_;  // a copy: the node may be released meanwhile
  const WatchedScope scope_;
  const bool before_;
};

// For record() and backward(), where is_watched().
void show_result(const char* name, const Inputs& inputs, const Tensor& result);
void show_gradients(const Node& node, const Tensor& dy, Grads& dx);
NodeNotes* make_notes(const Inputs& inputs, const Tensor& result);
void drop_notes(NodeNotes* notes) noexcept;

}  // namespace gradus
