#pragma once
// The backward sweep: from results to what they were computed from, each node once, after all that
// use it.  No recursion; time linear in the size of the graph.
//
//   loss.backward();                                        // into the gradients of all leaves
//   grad({loss}, {x}, {.create_graph = true})[0]            // d loss / dx, itself differentiable
#include <gradus/core/tensor.h>

#include <vector>

namespace gradus {

struct BackwardOptions {
  /// The gradient of the result; a one where undefined, which needs a result of one element.
  Tensor upstream = {};
  /// Keeps what the graph saved, for another backward through it.
  bool retain_graph = false;
};

/// Adds the derivative of y to the gradient of every leaf that y was computed from; leaves that y
/// does not depend on stay as they are.  Throws GraphError if y has no history or if it is used up;
/// ShapeError or DtypeError if the upstream gradient does not fit.  If it throws, all gradients are
/// as before (the graph may be used up).  Sweeps in two threads must not share leaves.
void backward(const Tensor& y, const BackwardOptions& options = {});

struct GradOptions {
  /// Of each output; none at all, or an undefined one, counts as in BackwardOptions.
  std::vector<Tensor> upstream = {};
  /// Keeps what the graph saved, for another sweep through it; create_graph does so too.
  bool retain_graph = false;
  /// Records the derivatives, so that they can be differentiated in turn.
  bool create_graph = false;
  /// An input that no output depends on gives an undefined tensor instead of a GraphError.
  bool allow_unused = false;
};

/// The derivative of the outputs, each weighted by its upstream gradient, and added up, by each
/// input: leaves, or results on the way.  No gradient of a leaf changes, and nothing is computed,
/// or used up, that the inputs do not need.  What is returned may share its storage.  Throws as
/// backward(), and GraphError naming the first input that no output depends on.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {});

/// H v for the Hessian H of a scalar loss by all elements of the inputs together, and v given as
/// one tensor of each input's shape.  Costs about two gradients; H itself is never formed.  Uses up
/// the graph.  Pearlmutter: Fast exact multiplication by the Hessian. Neural Computation 6, 1994.
std::vector<Tensor> hessian_vector_product(const Tensor& loss, const std::vector<Tensor>& inputs,
                                           const std::vector<Tensor>& v);

}  // namespace gradus
