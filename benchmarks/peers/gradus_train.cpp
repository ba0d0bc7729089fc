// Training steps in Gradus, for comparison with libtorch_train.cpp: the same networks, data in
// memory as f32, the same sizes, forward, loss, backward and optimizer.
#include <gradus/gradus.h>

#include "task.h"

using namespace gradus;

namespace {

// [batch, time] characters -> [batch * time, characters] scores
template <class Layer>
struct TextModel : nn::Module {
  nn::Embedding embedding;
  Layer layer;
  nn::Linear head;
  TextModel(Layer the_layer, Index width, Rng& rng)
      : embedding(peers::kCharacters, peers::kEmbed, rng),
        layer(std::move(the_layer)),
        head(width, peers::kCharacters, rng) {}
  Tensor forward(const Tensor& x) override {
    const Tensor seen = embedding(x);
    if constexpr (std::is_same_v<Layer, nn::TransformerEncoderLayer>) {
      return head(reshape(layer.forward(seen, {.causal = true}), {-1, peers::kEmbed}));
    } else {
      return head(reshape(layer.run(seen).y, {-1, peers::kHidden}));
    }
  }
  void fields(nn::Fields& visit) override {
    visit("embedding", embedding);
    visit("layer", layer);
    visit("head", head);
  }
};

nn::Sequential make_network(const std::string& name, Rng& rng) {
  if (name == "mlp_a") {
    return nn::Sequential(nn::Linear(784, 128, rng), nn::ReLU(), nn::Linear(128, 10, rng));
  }
  if (name == "mlp_b") {
    return nn::Sequential(nn::Linear(784, 512, rng), nn::ReLU(), nn::Linear(512, 512, rng),
                          nn::ReLU(), nn::Linear(512, 10, rng));
  }
  if (name == "lenet") {
    return nn::Sequential(nn::Conv2d(1, 6, 5, {.padding = 2}, rng), nn::ReLU(), nn::AvgPool2d(2),
                          nn::Conv2d(6, 16, 5, rng), nn::ReLU(), nn::AvgPool2d(2), nn::Flatten(),
                          nn::Linear(400, 120, rng), nn::ReLU(), nn::Linear(120, 84, rng),
                          nn::ReLU(), nn::Linear(84, 10, rng));
  }
  return nn::Sequential(nn::Conv2d(1, 32, 3, rng), nn::ReLU(), nn::Conv2d(32, 64, 3, rng),
                        nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(9216, 128, rng),
                        nn::ReLU(), nn::Linear(128, 10, rng));
}

Tensor draw_labels(const Shape& shape, std::uint32_t below, Rng& rng) {
  Tensor labels = empty(shape, i64);
  for (Index i = 0; i < labels.numel(); ++i) {
    labels.mutable_data<std::int64_t>()[i] = rng.below(below);
  }
  return labels;
}

// Steps over batches that follow each other in x and y.
template <class Rule, class Model>
void measure(const peers::Task& task, const Rule& rule, Model& model, const Tensor& x,
             const Tensor& y) {
  optim::Optimizer opt(model.parameters(), rule);
  Index first = 0;
  peers::report("gradus", task, [&] {
    const Index last = first + task.batch;
    const Tensor scores = model(slice(x, 0, first, last));
    const Tensor loss = nn::cross_entropy(scores, reshape(slice(y, 0, first, last), {-1}));
    opt.zero_grad();
    loss.backward();
    opt.step();
    first = last + task.batch <= x.size(0) ? last : 0;
  });
}

template <class Model>
void measure(const peers::Task& task, Model& model, const Tensor& x, const Tensor& y) {
  if (task.optimizer == "adam") {
    measure(task, optim::Adam{.lr = 1e-4}, model, x, y);
  } else {
    measure(task, optim::SGD{.lr = 1e-3, .momentum = 0.9}, model, x, y);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Task task = peers::parse_task(argc, argv);
  set_num_threads(task.threads);
  Rng rng(0);
  if (task.reads_text()) {
    const Shape shape{task.batch * 4, peers::kTime};
    const Tensor x = draw_labels(shape, peers::kCharacters, rng);
    const Tensor y = draw_labels(shape, peers::kCharacters, rng);
    if (task.model == "transformer") {
      TextModel model(nn::TransformerEncoderLayer(peers::kEmbed, peers::kHeads, rng,
                                                  {.feedforward = peers::kHidden, .dropout = 0}),
                      peers::kEmbed, rng);
      measure(task, model, x, y);
    } else if (task.model == "gru") {
      TextModel model(nn::GRU(peers::kEmbed, peers::kHidden, rng), peers::kHidden, rng);
      measure(task, model, x, y);
    } else {
      TextModel model(nn::LSTM(peers::kEmbed, peers::kHidden, rng), peers::kHidden, rng);
      measure(task, model, x, y);
    }
  } else {
    const Index samples = 4096;
    const Tensor x =
        task.reads_images() ? rand({samples, 1, 28, 28}, rng) : rand({samples, 784}, rng);
    nn::Sequential net = make_network(task.model, rng);
    measure(task, net, x, draw_labels({samples}, 10, rng));
  }
}
