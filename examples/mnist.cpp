// Training a network on MNIST: the whole program, top to bottom.
//
//   build/release/examples/mnist [folder of MNIST]
//
// Without a folder it looks into $GRADUS_DATA/mnist, and without that it makes do with built-in
// digits: drawn by code, like MNIST's in size and shape.
#include <gradus/gradus.h>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace gradus;

int main(int argc, char** argv) try {
  // Data: images of 28 x 28 pixels from 0 to 255, and for each the digit that it shows.
  const char* const env = std::getenv("GRADUS_DATA");
  const std::string folder = argc > 1 ? argv[1] : std::string(env ? env : ".") + "/mnist";
  data::LabelledImages train, test;
  if (argc > 1 || data::has_mnist(folder)) {
    train = data::load_mnist(folder, data::Split::train);
    test = data::load_mnist(folder, data::Split::test);
    std::printf("MNIST from %s\n", folder.c_str());
  } else {
    train = data::digits(6000, /*seed=*/1);
    test = data::digits(1000, /*seed=*/2);
    std::printf("built-in digits, since there is no MNIST in %s\n", folder.c_str());
  }

  // Every random number comes from here, so each run gives the same result, bit for bit.
  Rng rng(1);

  // A network of two layers: 784 pixels -> 128 hidden units -> 10 scores, one for each digit.
  nn::Sequential net(nn::Flatten(), nn::Linear(784, 128, rng), nn::ReLU(),
                     nn::Linear(128, 10, rng));
  std::printf("%lld parameters\n", static_cast<long long>(net.num_parameters()));

  // Batches of 64 images in a new order every epoch, with pixels scaled to mean 0 and deviation 1.
  data::DataLoader batches(train, {.batch_size = 64}, rng.split());
  optim::Optimizer optimizer(net.parameters(), optim::Adam{.lr = 1e-3});

  for (int epoch = 1; epoch <= 3; ++epoch) {
    double sum = 0;
    for (const data::Batch& batch : batches) {
      // The step that all of deep learning is made of: predict, measure, differentiate, improve.
      const Tensor loss = nn::cross_entropy(net(batch.x), batch.y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      sum += loss.item();
    }
    std::printf("epoch %d: mean loss %.4f\n", epoch, sum / static_cast<double>(batches.batches()));
  }

  // How often is the highest score at the right digit, for images that it has never seen?
  const NoGrad no_grad;  // nothing is differentiated any more, so nothing need be recorded
  double right = 0;
  for (const data::Batch& batch : data::DataLoader(test, {.batch_size = 500, .shuffle = false})) {
    right += nn::accuracy(net(batch.x), batch.y) * static_cast<double>(batch.size());
  }
  std::printf("test accuracy %.2f %%\n", 100 * right / static_cast<double>(test.labels.numel()));
} catch (...) {
  std::fprintf(stderr, "mnist: %s\n", caught_message());
  return 1;
}
