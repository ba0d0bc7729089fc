#include "digits.h"

#include <gradus/data/digits.h>
#include <gradus/data/loader.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>

using namespace gradus;

double digits_loss(
    const std::function<std::unique_ptr<optim::OptimizerBase>(const Parameters&)>& make_optimizer) {
  Rng rng(1);
  nn::Sequential net(nn::Flatten(), nn::Linear(784, 32, rng), nn::ReLU(), nn::Linear(32, 10, rng));
  const auto optimizer = make_optimizer(net.parameters());
  data::DataLoader batches(data::digits(120 * 32, /*seed=*/1), {.batch_size = 32}, Rng(2));
  double sum = 0;
  Index number = 0;
  for (const data::Batch& batch : batches) {
    const Tensor loss = nn::cross_entropy(net(batch.x), batch.y);
    optimizer->zero_grad();
    loss.backward();
    optimizer->step();
    sum += ++number > 100 ? loss.item() : 0;
  }
  return sum / 20;
}
