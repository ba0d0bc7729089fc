#include "train_mnist/model.h"

#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>

namespace train_mnist {

using namespace gradus;

std::unique_ptr<nn::Module> make_model(const Options& options, Rng& rng) {
  require(options.model == "mlp", "make_model: model must be mlp, got '", options.model, "'");
  nn::Linear first(28 * 28, options.hidden, rng);
  nn::Linear second(options.hidden, 10, rng);
  return std::make_unique<nn::Sequential>(nn::Flatten(), first, nn::ReLU(), second);
}

std::string describe(const Options& options, nn::Module& model) {
  return join({options.model, " 784-", options.hidden, "-10 with ReLU, ", model.num_parameters(),
               " parameters"});
}

}  // namespace train_mnist
