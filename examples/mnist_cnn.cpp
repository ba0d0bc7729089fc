// A convolutional network for MNIST: why it beats the network of examples/mnist.cpp.
//
//   build/release/examples/mnist_cnn [folder of MNIST]
//
// That one joins every pixel to every hidden unit: it must learn a stroke anew for each place where
// the stroke may be.  A convolution has a small kernel of weights that moves over the image, so it
// learns the stroke once and finds it anywhere.  Without a folder of MNIST it looks into
// $GRADUS_DATA/mnist, and without that it makes do with digits drawn by code.
#include <gradus/gradus.h>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace gradus;

int main(int argc, char** argv) try {
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
  // A convolution takes images with channels, [batch, channels, height, width]: here one, grey.
  train.images = reshape(train.images, {-1, 1, 28, 28});
  test.images = reshape(test.images, {-1, 1, 28, 28});

  // What each layer makes of an image:
  Rng rng(1);
  nn::Sequential net(nn::Conv2d(1, 16, 3, rng), nn::ReLU(),   // 16 maps of 26 x 26: strokes
                     nn::MaxPool2d(2),                        // of 13 x 13: roughly where
                     nn::Conv2d(16, 32, 3, rng), nn::ReLU(),  // 32 maps of 11 x 11: corners, loops
                     nn::MaxPool2d(2),                        // of 5 x 5
                     nn::Flatten(),                           // 800 numbers
                     nn::Linear(800, 64, rng), nn::ReLU(),    // what goes with what
                     nn::Linear(64, 10, rng));                // a score for each digit
  // About half as many as the 101,770 of mnist.cpp, nearly all of them in the first Linear.
  std::printf("%lld parameters\n", static_cast<long long>(net.num_parameters()));

  data::DataLoader batches(train, {.batch_size = 64}, rng.split());
  optim::Optimizer optimizer(net.parameters(), optim::Adam{.lr = 2e-3});
  // The rate falls to 0 over the whole run: large steps first, small ones to settle.
  const int epochs = 3;
  optimizer.schedule_factor("lr",
                            optim::schedule::polynomial(1, {.total = epochs * batches.batches()}));

  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double sum = 0;
    for (const data::Batch& batch : batches) {
      const Tensor loss = nn::cross_entropy(net(batch.x), batch.y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      sum += loss.item();
    }
    std::printf("epoch %d: mean loss %.4f\n", epoch, sum / static_cast<double>(batches.batches()));
  }

  const NoGrad no_grad;
  double right = 0;
  for (const data::Batch& batch : data::DataLoader(test, {.batch_size = 500, .shuffle = false})) {
    right += nn::accuracy(net(batch.x), batch.y) * static_cast<double>(batch.size());
  }
  std::printf("test accuracy %.2f %%\n", 100 * right / static_cast<double>(test.labels.numel()));

  // The same kernels at every place: a digit that moves by two pixels moves in all the maps, and
  // pooling forgets a part of it.  But the Linear behind them knows places, so some digits are
  // lost. Training on moved digits helps: train_mnist --augment shift.
  Rng noise(2);
  right = 0;
  for (const data::Batch& batch : data::DataLoader(test, {.batch_size = 500, .shuffle = false})) {
    const Tensor flat = reshape(batch.x, {-1, 28, 28});
    const Tensor moved = data::distort(
        flat, {.shift = 2, .background = -data::kMnistMean / data::kMnistStddev}, noise);
    right += nn::accuracy(net(reshape(moved, batch.x.shape())), batch.y) *
             static_cast<double>(batch.size());
  }
  std::printf("moved by up to two pixels: %.2f %%\n",
              100 * right / static_cast<double>(test.labels.numel()));
} catch (...) {
  std::fprintf(stderr, "mnist_cnn: %s\n", caught_message());
  return 1;
}
