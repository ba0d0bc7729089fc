// The same training steps in libtorch's C++ frontend: see gradus_train.cpp.
#include <torch/torch.h>

#include "task.h"

namespace {

using namespace torch::nn;

struct TextModelImpl : Module {
  Embedding embedding;
  GRU gru{nullptr};
  LSTM lstm{nullptr};
  TransformerEncoderLayer transformer{nullptr};
  Linear head;
  torch::Tensor mask;

  explicit TextModelImpl(const std::string& name)
      : embedding(peers::kCharacters, peers::kEmbed),
        head(name == "transformer" ? peers::kEmbed : peers::kHidden, peers::kCharacters) {
    register_module("embedding", embedding);
    register_module("head", head);
    if (name == "gru") {
      gru =
          register_module("gru", GRU(GRUOptions(peers::kEmbed, peers::kHidden).batch_first(true)));
    } else if (name == "lstm") {
      lstm = register_module("lstm",
                             LSTM(LSTMOptions(peers::kEmbed, peers::kHidden).batch_first(true)));
    } else {
      transformer = register_module(
          "transformer",
          TransformerEncoderLayer(TransformerEncoderLayerOptions(peers::kEmbed, peers::kHeads)
                                      .dim_feedforward(peers::kHidden)
                                      .dropout(0.0)));
      mask = torch::triu(
          torch::full({peers::kTime, peers::kTime}, -std::numeric_limits<float>::infinity()), 1);
    }
  }

  torch::Tensor forward(const torch::Tensor& x) {
    torch::Tensor seen = embedding(x);
    if (gru) {
      seen = std::get<0>(gru(seen));
    } else if (lstm) {
      seen = std::get<0>(lstm(seen));
    } else {  // this layer wants time first
      seen = transformer(seen.transpose(0, 1), mask).transpose(0, 1);
    }
    return head(seen.reshape({-1, seen.size(2)}));
  }
};
TORCH_MODULE(TextModel);

Sequential make_network(const std::string& name) {
  if (name == "mlp_a") {
    return Sequential(Linear(784, 128), ReLU(), Linear(128, 10));
  }
  if (name == "mlp_b") {
    return Sequential(Linear(784, 512), ReLU(), Linear(512, 512), ReLU(), Linear(512, 10));
  }
  if (name == "lenet") {
    return Sequential(Conv2d(Conv2dOptions(1, 6, 5).padding(2)), ReLU(), AvgPool2d(2),
                      Conv2d(6, 16, 5), ReLU(), AvgPool2d(2), Flatten(), Linear(400, 120), ReLU(),
                      Linear(120, 84), ReLU(), Linear(84, 10));
  }
  return Sequential(Conv2d(1, 32, 3), ReLU(), Conv2d(32, 64, 3), ReLU(), MaxPool2d(2), Flatten(),
                    Linear(9216, 128), ReLU(), Linear(128, 10));
}

template <class Model>
void measure(const peers::Task& task, Model& model, const torch::Tensor& x,
             const torch::Tensor& y) {
  std::unique_ptr<torch::optim::Optimizer> opt;
  if (task.optimizer == "adam") {
    opt =
        std::make_unique<torch::optim::Adam>(model->parameters(), torch::optim::AdamOptions(1e-4));
  } else {
    opt = std::make_unique<torch::optim::SGD>(model->parameters(),
                                              torch::optim::SGDOptions(1e-3).momentum(0.9));
  }
  std::int64_t first = 0;
  peers::report("libtorch", task, [&] {
    const torch::Tensor scores = model->forward(x.narrow(0, first, task.batch));
    const torch::Tensor loss =
        torch::nn::functional::cross_entropy(scores, y.narrow(0, first, task.batch).reshape({-1}));
    opt->zero_grad();
    loss.backward();
    opt->step();
    first = first + 2 * task.batch <= x.size(0) ? first + task.batch : 0;
  });
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Task task = peers::parse_task(argc, argv);
  at::set_num_threads(task.threads);
  torch::manual_seed(0);
  if (task.reads_text()) {
    const auto draw = [&] {
      return torch::randint(0, peers::kCharacters, {task.batch * 4, peers::kTime}, torch::kLong);
    };
    TextModel model(task.model);
    measure(task, model, draw(), draw());
  } else {
    const std::int64_t samples = 4096;
    Sequential net = make_network(task.model);
    const torch::Tensor x =
        task.reads_images() ? torch::rand({samples, 1, 28, 28}) : torch::rand({samples, 784});
    measure(task, net, x, torch::randint(0, 10, {samples}, torch::kLong));
  }
}
