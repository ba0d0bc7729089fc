#pragma once
// The networks that can be trained.
#include <gradus/core/random.h>
#include <gradus/nn/module.h>

#include <memory>
#include <string>
#include <vector>

#include "train_mnist/options.h"

namespace train_mnist {

/// "mlp", ...
std::vector<std::string> model_names();

/// The number of epochs that suits the model, unless another is asked for.
Index usual_epochs(const std::string& model);

/// The network that the options name, with random parameters: images [batch, 28, 28] -> logits
/// [batch, 10].
std::unique_ptr<gradus::nn::Module> make_model(const Options& options, gradus::Rng& rng);

/// "mlp 784-128-10 with ReLU, 101770 parameters".
std::string describe(const Options& options, gradus::nn::Module& model);

}  // namespace train_mnist
