// What somebody else's program does with Gradus: include it, train with it, read data with it.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

int main() {
  set_num_threads(2);
  Rng rng(1);
  nn::Sequential net(nn::Linear(2, 8, rng), nn::Tanh(), nn::Linear(8, 1, rng));
  optim::Optimizer opt(net.parameters(), optim::Adam{.lr = 0.05});
  const Tensor x = tensor({{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  const Tensor y = tensor({{0}, {1}, {1}, {0}});
  for (int step = 0; step < 300; ++step) {
    const Tensor loss = nn::mse(net(x), y);
    opt.zero_grad();
    loss.backward();
    opt.step();
  }
  const NoGrad guard;
  for (const float value : net(x).to_vector<float>()) {
    std::printf("%d ", value > 0.5F ? 1 : 0);
  }
  try {
    data::load_mnist("no such folder", data::Split::test);
  } catch (const FileError&) {
    std::printf("no data\n");
  }
}
