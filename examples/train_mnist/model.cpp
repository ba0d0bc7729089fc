#include "train_mnist/model.h"

#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/sequential.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace train_mnist {

using namespace gradus;

namespace {

// Dropout in front of a fully connected layer, if the options ask for it.
class MaybeDropout : public nn::Module {
 public:
  MaybeDropout(double p, Rng& rng) {
    if (p > 0) {
      dropout_.emplace(p, rng);
    }
  }
  Tensor forward(const Tensor& x) override { return dropout_ ? dropout_->forward(x) : x; }
  void fields(nn::Fields& visit) override {
    if (dropout_) {
      visit("dropout", *dropout_);
    }
  }

 private:
  std::optional<nn::Dropout> dropout_;
};

struct Mlp : nn::Module {
  nn::Linear fc1, fc2;
  MaybeDropout dropout;

  Mlp(Index hidden, double p, Rng& rng)
      : fc1(28 * 28, hidden, rng), fc2(hidden, 10, rng), dropout(p, rng) {}
  Tensor forward(const Tensor& x) override { return fc2(dropout(relu(fc1(flatten(x, 1))))); }
  void fields(nn::Fields& visit) override {
    visit("fc1", fc1);
    visit("fc2", fc2);
    visit("dropout", dropout);
  }
};

/// LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. Proc.
/// IEEE 86, 1998: LeNet-5, with ReLU for tanh, plain means for trained ones, a fully connected
/// output, and every map of the second convolution seeing all of the first.
struct LeNet : nn::Module {
  nn::Conv2d conv1, conv2;
  nn::Linear fc1, fc2, fc3;
  MaybeDropout dropout1, dropout2, dropout3;

  LeNet(double p, Rng& rng)
      : conv1(1, 6, 5, {.padding = 2}, rng),
        conv2(6, 16, 5, rng),
        fc1(16 * 5 * 5, 120, rng),
        fc2(120, 84, rng),
        fc3(84, 10, rng),
        dropout1(p, rng),
        dropout2(p, rng),
        dropout3(p, rng) {}
  Tensor forward(const Tensor& x) override {
    Tensor h = avg_pool2d(conv1.with_relu(unsqueeze(x, 1)), 2);  // [batch, 6, 14, 14]
    h = avg_pool2d(conv2.with_relu(h), 2);                       // [batch, 16, 5, 5]
    h = relu(fc1(dropout1(flatten(h, 1))));
    return fc3(dropout3(relu(fc2(dropout2(h)))));
  }
  void fields(nn::Fields& visit) override {
    visit("conv1", conv1);
    visit("conv2", conv2);
    visit("fc1", fc1);
    visit("fc2", fc2);
    visit("fc3", fc3);
    visit("dropout1", dropout1);
    visit("dropout2", dropout2);
    visit("dropout3", dropout3);
  }
};

struct Cnn : nn::Module {
  nn::Conv2d conv1, conv2;
  nn::MaxPool2d pool{2};
  nn::Linear fc1, fc2;
  MaybeDropout dropout1, dropout2;

  Cnn(double p, Rng& rng)
      : conv1(1, 32, 3, rng),
        conv2(32, 64, 3, rng),
        fc1(64 * 12 * 12, 128, rng),
        fc2(128, 10, rng),
        dropout1(p, rng),
        dropout2(p, rng) {}
  Tensor forward(const Tensor& x) override {
    const Tensor h = conv2.with_relu_and_max_pool(conv1.with_relu(unsqueeze(x, 1)), pool);
    return fc2(dropout2(relu(fc1(dropout1(flatten(h, 1))))));  // h: [batch, 64, 12, 12]
  }
  void fields(nn::Fields& visit) override {
    visit("conv1", conv1);
    visit("conv2", conv2);
    visit("fc1", fc1);
    visit("fc2", fc2);
    visit("dropout1", dropout1);
    visit("dropout2", dropout2);
  }
};

/// Pairs of small convolutions with batch norms. Simonyan, Zisserman: Very deep convolutional
/// networks for large-scale image recognition. ICLR 2015; Ioffe, Szegedy: Batch normalization. ICML
/// 2015.
struct Vgg : nn::Module {
  nn::Sequential features, classifier;

  Vgg(double p, Rng& rng) {
    for (const auto& [in, out] : {std::pair{1, 32}, {32, 32}, {32, 64}, {64, 64}}) {
      features.add(nn::Conv2d(in, out, 3, {.padding = 1}, rng, false))
          .add(nn::BatchNorm2d(out))
          .add(nn::ReLU());
      if (in == 32 && out == 32) {
        features.add(nn::MaxPool2d(2));
      }
    }
    features.add(nn::MaxPool2d(2)).add(nn::Flatten());  // [batch, 64, 7, 7]
    classifier.add(MaybeDropout(p, rng)).add(nn::Linear(64 * 7 * 7, 128, rng)).add(nn::ReLU());
    classifier.add(MaybeDropout(p, rng)).add(nn::Linear(128, 10, rng));
  }
  Tensor forward(const Tensor& x) override { return classifier(features(unsqueeze(x, 1))); }
  void fields(nn::Fields& visit) override {
    visit("features", features);
    visit("classifier", classifier);
  }
};

std::string layers_of(const Options& options) {
  if (options.model == "cnn") {
    return "conv3x3(32)-conv3x3(64)-maxpool-128-10";
  }
  if (options.model == "lenet") {
    return "conv5x5(6)-avgpool-conv5x5(16)-avgpool-120-84-10";
  }
  if (options.model == "vgg") {
    return "2 conv3x3(32)-maxpool-2 conv3x3(64)-maxpool-128-10 with batch norms";
  }
  return join({"784-", options.hidden, "-10"});
}

}  // namespace

std::vector<std::string> model_names() { return {"mlp", "lenet", "cnn", "vgg"}; }

Index usual_epochs(const std::string& model) { return model == "cnn" || model == "vgg" ? 3 : 5; }

std::unique_ptr<nn::Module> make_model(const Options& options, Rng& rng) {
  if (options.model == "cnn") {
    return std::make_unique<Cnn>(options.dropout, rng);
  }
  if (options.model == "lenet") {
    return std::make_unique<LeNet>(options.dropout, rng);
  }
  if (options.model == "vgg") {
    return std::make_unique<Vgg>(options.dropout, rng);
  }
  require(options.model == "mlp", "make_model: model must be mlp, lenet, cnn or vgg, got '",
          options.model, "'");
  return std::make_unique<Mlp>(options.hidden, options.dropout, rng);
}

std::string describe(const Options& options, nn::Module& model) {
  std::string text = join({options.model, " ", layers_of(options),
                           options.model == "vgg" ? " and ReLU" : " with ReLU"});
  if (options.dropout > 0) {
    text += join({" and dropout ", options.dropout});
  }
  return join({text, ", ", model.num_parameters(), " parameters"});
}

}  // namespace train_mnist
