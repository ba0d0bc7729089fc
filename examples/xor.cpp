// A network of two layers learns exclusive or: the shortest whole program.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

int main() {
  Rng rng(1);
  nn::Sequential net(nn::Linear(2, 8, rng), nn::Tanh(), nn::Linear(8, 1, rng));
  optim::Optimizer opt(net.parameters(), optim::Adam{.lr = 0.05});
  const Tensor x = tensor({{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  const Tensor y = tensor({{0}, {1}, {1}, {0}});

  for (int step = 1; step <= 200; ++step) {
    const Tensor loss = nn::mse(net(x), y);
    opt.zero_grad();
    loss.backward();
    opt.step();
    if (step % 50 == 0) std::printf("step %3d  loss %.4f\n", step, loss.item());
  }
}
