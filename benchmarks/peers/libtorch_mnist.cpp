// The run of train_mnist --model lenet --optimizer adam, as a whole, in libtorch's C++ frontend:
// reading MNIST, training, the test.
//
//   libtorch_mnist FOLDER RATE EPOCHS SEED      prints the test accuracy in percent
#include <torch/torch.h>
#include <zlib.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace torch::nn;

constexpr std::int64_t kBatch = 64;

// An IDX file of bytes with so many dimensions.
torch::Tensor read_idx(const std::string& path, int rank) {
  gzFile file = gzopen(path.c_str(), "rb");
  TORCH_CHECK(file, "cannot open ", path);
  const auto read = [&](void* to, std::size_t size) {
    TORCH_CHECK(gzread(file, to, static_cast<unsigned>(size)) == static_cast<int>(size),
                "cannot read ", path);
  };
  std::vector<unsigned char> header(4 + 4 * static_cast<std::size_t>(rank));
  read(header.data(), header.size());
  TORCH_CHECK(header[2] == 8 && header[3] == rank, path, " must hold bytes of rank ", rank);
  std::vector<std::int64_t> shape;
  for (std::size_t i = 4; i < header.size(); i += 4) {
    shape.push_back(header[i] << 24 | header[i + 1] << 16 | header[i + 2] << 8 | header[i + 3]);
  }
  torch::Tensor x = torch::empty(shape, torch::kUInt8);
  read(x.data_ptr(), static_cast<std::size_t>(x.numel()));
  gzclose(file);
  return x;
}

torch::Tensor normalized(const torch::Tensor& pixels) {
  return pixels.to(torch::kFloat32).div_(255).sub_(0.1307).div_(0.3081).unsqueeze_(1);
}

}  // namespace

int main(int argc, char** argv) {
  TORCH_CHECK(argc == 5, "libtorch_mnist FOLDER RATE EPOCHS SEED");
  const std::string folder = argv[1];
  const double rate = std::stod(argv[2]);
  const std::int64_t epochs = std::stoll(argv[3]);
  torch::manual_seed(static_cast<std::uint64_t>(std::stoull(argv[4])));
  const torch::Tensor images = read_idx(folder + "/train-images-idx3-ubyte.gz", 3);
  const torch::Tensor labels =
      read_idx(folder + "/train-labels-idx1-ubyte.gz", 1).to(torch::kInt64);
  Sequential net(Conv2d(Conv2dOptions(1, 6, 5).padding(2)), ReLU(), AvgPool2d(2), Conv2d(6, 16, 5),
                 ReLU(), AvgPool2d(2), Flatten(), Linear(400, 120), ReLU(), Linear(120, 84), ReLU(),
                 Linear(84, 10));
  torch::optim::Adam opt(net->parameters(), torch::optim::AdamOptions(rate));
  const std::int64_t steps = epochs * ((images.size(0) + kBatch - 1) / kBatch);
  std::int64_t step = 0;
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    const torch::Tensor order = torch::randperm(images.size(0));
    for (const torch::Tensor& chosen : order.split(kBatch)) {
      for (auto& group : opt.param_groups()) {  // the rate falls to 0
        static_cast<torch::optim::AdamOptions&>(group.options())
            .lr(rate * (1 - double(step) / double(steps)));
      }
      ++step;
      opt.zero_grad();
      const torch::Tensor scores = net->forward(normalized(images.index_select(0, chosen)));
      torch::nn::functional::cross_entropy(scores, labels.index_select(0, chosen)).backward();
      opt.step();
    }
  }
  const torch::NoGradGuard values_only;
  const torch::Tensor test_labels =
      read_idx(folder + "/t10k-labels-idx1-ubyte.gz", 1).to(torch::kInt64);
  const torch::Tensor test = read_idx(folder + "/t10k-images-idx3-ubyte.gz", 3);
  double right = 0;
  for (std::int64_t first = 0; first < test.size(0); first += 1000) {
    const torch::Tensor found = net->forward(normalized(test.slice(0, first, first + 1000)));
    right += found.argmax(1).eq(test_labels.slice(0, first, first + 1000)).sum().item<double>();
  }
  std::printf("%.2f\n", 100 * right / double(test.size(0)));
}
