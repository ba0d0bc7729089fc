// A training step of an MLP in Gradus, for comparison with libtorch_mlp.cpp: the same network, data
// in memory as f32, the same batches in the same order.
#include <gradus/gradus.h>

#include "timing.h"

using namespace gradus;

namespace {

nn::Sequential make_model(const std::string& name, Rng& rng) {
  if (name == "mlp_a") {
    return nn::Sequential(nn::Linear(784, 128, rng), nn::ReLU(), nn::Linear(128, 10, rng));
  }
  return nn::Sequential(nn::Linear(784, 512, rng), nn::ReLU(), nn::Linear(512, 512, rng),
                        nn::ReLU(), nn::Linear(512, 10, rng));
}

template <class Rule>
void measure(const peers::Task& task, const Rule& rule) {
  Rng rng(0);
  nn::Sequential net = make_model(task.model, rng);
  optim::Optimizer opt(net.parameters(), rule);
  const Index samples = 4096;
  const Tensor images = rand({samples, 784}, rng);
  Tensor labels = empty({samples}, i64);
  for (Index i = 0; i < samples; ++i) {
    labels.mutable_data<std::int64_t>()[i] = rng.below(10);
  }
  Index first = 0;
  peers::report("gradus", task, [&] {
    const Index last = first + task.batch;
    const Tensor loss =
        nn::cross_entropy(net(slice(images, 0, first, last)), slice(labels, 0, first, last));
    opt.zero_grad();
    loss.backward();
    opt.step();
    first = last + task.batch <= samples ? last : 0;
  });
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Task task = peers::parse_task(argc, argv);
  set_num_threads(task.threads);
  if (task.optimizer == "adam") {
    measure(task, optim::Adam{.lr = 1e-4});
  } else {
    measure(task, optim::SGD{.lr = 1e-3, .momentum = 0.9});
  }
}
