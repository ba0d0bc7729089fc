#pragma once
// The graph of a result as a picture: text for Graphviz.
//
//   const KeepValues keep;                                   // shows small values, too
//   std::ofstream("loss.dot") << to_dot(loss, net.parameters());  // dot -Tsvg loss.dot > loss.svg
#include <gradus/core/parameter.h>

#include <string>

namespace gradus {

struct DotOptions {
  /// Values of up to so many elements are shown: those of parameters, and, if KeepValues lived when
  /// the graph was made, those of results and constants.
  Index max_values = 4;
};

/// The graph behind y, from leaves above to y below: each operation with its shape, and with module
/// and value where they are known (autograd/watch.h); leaves by the names of the parameters.  The
/// same graph gives the same text.  Throws GraphError if y has no history.
std::string to_dot(const Tensor& y, const Parameters& parameters = {},
                   const DotOptions& options = {});

}  // namespace gradus
