#pragma once
// What a network is made of and what it costs, found by running it once:
//
//   std::puts(to_text(nn::summarize(net, {1, 784})).c_str());
#include <gradus/nn/module.h>

#include <string>
#include <vector>

namespace gradus::nn {

/// A module and what is its own: that of the modules below it is in their rows.
struct LayerSummary {
  std::string path;        ///< "encoder.0.fc1", and "" for the network itself
  std::string type;        ///< of C++, without namespaces: "Linear"
  int calls = 0;           ///< by operator(); a module run by other means is 0 times
  Shape output;            ///< of the last call
  Index parameters = 0;    ///< numbers in them; a shared one counts where it comes first
  Index trainable = 0;     ///< those of them that want a gradient
  std::int64_t flops = 0;  ///< of products and convolutions, 2 for each multiply-add
  std::int64_t bytes = 0;  ///< of results; a view of what is there already takes none
};

struct Summary {
  std::vector<LayerSummary> layers;  ///< parents before their children
  LayerSummary total;
};

/// Runs the network once on x, in evaluation mode and without recording, and notes what each module
/// does.  Its work is counted for the module that was called by operator() last.  Modes and
/// parameters stay as they are, and the network's own hooks run.
Summary summarize(Module& net, const Tensor& x);
/// The same for an input of zeros of that shape, in the dtype of the first parameter.
Summary summarize(Module& net, const Shape& input);

/// A table: a line for each module, and one for the sums.
std::string to_text(const Summary& summary);
/// to_text(summarize(net, x)).
std::string summary(Module& net, const Tensor& x);
std::string summary(Module& net, const Shape& input);

}  // namespace gradus::nn
