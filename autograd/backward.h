#pragma once
// The backward sweep: from a result to the leaves, each node once, after all that use it.  No
// recursion; time linear in the size of the graph.
#include <gradus/core/tensor.h>

namespace gradus {

struct BackwardOptions {
  /// The gradient of the result; a one where undefined, which needs a result of one element.
  Tensor upstream = {};
  /// Keeps what the graph saved, for another backward through it.
  bool retain_graph = false;
};

/// Adds the derivative of y to the gradient of every leaf that y was computed from; leaves that y
/// does not depend on stay as they are.  Throws GraphError if y has no history, if it is used up,
/// or inside the derivative of an operation; ShapeError or DtypeError if the upstream gradient does
/// not fit.  If it throws, all gradients are as before (the graph may be used up).  Sweeps in two
/// threads must not share leaves.
void backward(const Tensor& y, const BackwardOptions& options = {});

}  // namespace gradus
