#pragma once
// Watching operations as they run, for teaching and for finding mistakes.  Nothing is noted, and
// next to nothing paid, unless one of these lives on the thread:
//
//   const DetectAnomaly detect;       // stops at the first result or gradient that is not finite
//   const KeepValues keep;            // nodes remember values, for to_dot() (autograd/to_dot.h)
//
// Modules enter a WatchedScope with their name, so that what is noted says where it was.
#include <gradus/autograd/node.h>

#include <string>

namespace gradus {

/// What a node remembers of its making.
struct NodeNotes {
  std::string module;          ///< the path of the module that ran the operation; may be empty
  Tensor result;               ///< without history; undefined unless KeepValues lives
  std::vector<Tensor> inputs;  ///< likewise
};

/// While it lives, on this thread, the first operation whose result is not finite although all its
/// inputs are throws AnomalyError, and so does the first derivative that makes such a gradient of
/// finite ones.  The message names operation, module, element and shapes.  Costs a pass over every
/// result.
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

/// True if one of the above lives on this thread.
bool is_watched();

/// Names what runs on this thread while it lives.  `path` is borrowed.
class WatchedScope {
 public:
  explicit WatchedScope(const std::string& path);
  ~WatchedScope();
  WatchedScope(const WatchedScope&) = delete;
  WatchedScope& operator=(const WatchedScope&) = delete;

 private:
  const std::string* before_;
};

// For record() and backward(), where is_watched().
void show_result(const char* name, const Inputs& inputs, const Tensor& result);
void show_gradients(const Node& node, const Tensor& dy, Grads& dx);
NodeNotes* make_notes(const Inputs& inputs, const Tensor& result);
void drop_notes(NodeNotes* notes) noexcept;

}  // namespace gradus
