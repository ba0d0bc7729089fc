// The same training step in libtorch's C++ frontend: see gradus_mlp.cpp.
#include <torch/torch.h>

#include "timing.h"

namespace {

torch::nn::Sequential make_model(const std::string& name) {
  using torch::nn::Linear;
  using torch::nn::ReLU;
  if (name == "mlp_a") {
    return torch::nn::Sequential(Linear(784, 128), ReLU(), Linear(128, 10));
  }
  return torch::nn::Sequential(Linear(784, 512), ReLU(), Linear(512, 512), ReLU(), Linear(512, 10));
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Task task = peers::parse_task(argc, argv);
  at::set_num_threads(task.threads);
  torch::manual_seed(0);
  torch::nn::Sequential net = make_model(task.model);
  std::unique_ptr<torch::optim::Optimizer> opt;
  if (task.optimizer == "adam") {
    opt = std::make_unique<torch::optim::Adam>(net->parameters(), torch::optim::AdamOptions(1e-4));
  } else {
    opt = std::make_unique<torch::optim::SGD>(net->parameters(),
                                              torch::optim::SGDOptions(1e-3).momentum(0.9));
  }
  const std::int64_t samples = 4096;
  const torch::Tensor images = torch::rand({samples, 784});
  const torch::Tensor labels = torch::randint(0, 10, {samples}, torch::kLong);
  std::int64_t first = 0;
  peers::report("libtorch", task, [&] {
    const torch::Tensor loss = torch::nn::functional::cross_entropy(
        net->forward(images.narrow(0, first, task.batch)), labels.narrow(0, first, task.batch));
    opt->zero_grad();
    loss.backward();
    opt->step();
    first = first + 2 * task.batch <= samples ? first + task.batch : 0;
  });
}
