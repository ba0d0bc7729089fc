#include "train_mnist/model.h"

#include <gradus/autograd/ops/functions.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>

namespace train_mnist {

using namespace gradus;

namespace {

struct Mlp : nn::Module {
  nn::Linear fc1, fc2;
  nn::Flatten flatten;

  Mlp(Index hidden, Rng& rng) : fc1(28 * 28, hidden, rng), fc2(hidden, 10, rng) {}
  Tensor forward(const Tensor& x) override { return fc2(relu(fc1(flatten(x)))); }
  void fields(nn::Fields& visit) override {
    visit("fc1", fc1);
    visit("fc2", fc2);
  }
};

}  // namespace

std::unique_ptr<nn::Module> make_model(const Options& options, Rng& rng) {
  require(options.model == "mlp", "make_model: model must be mlp, got '", options.model, "'");
  return std::make_unique<Mlp>(options.hidden, rng);
}

std::string describe(const Options& options, nn::Module& model) {
  return join({options.model, " 784-", options.hidden, "-10 with ReLU, ", model.num_parameters(),
               " parameters"});
}

}  // namespace train_mnist
