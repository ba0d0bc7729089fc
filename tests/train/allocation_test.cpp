// What the library does where the n-th allocation fails, of whatever thread: an error, and
// everything as it was.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/data/loader.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/recurrent.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/instances.h>
#include <gradus/train/checkpoint.h>

#include <optional>

#include "support/failing_allocations.h"
#include "support/process_threads.h"
#include "support/state_text.h"
#include "support/temp_folder.h"

namespace gradus::train {
namespace {

using test::expect_harmless;

template <optim::Rule R>
struct Trained {
  Rng rng{1};
  nn::Sequential net;
  optim::Optimizer<R> optimizer;
  Tensor x, y;

  void run_back() { nn::mse(net(x), y).backward(); }
  std::string bits() { return test::text_of(net.state_dict()); }
};

struct ImageNet : Trained<optim::Adam> {
  ImageNet() {
    net = nn::Sequential(nn::Conv2d(1, 2, 3, rng), nn::ReLU(), nn::MaxPool2d(2),
                         nn::Conv2d(2, 2, 2, rng), nn::BatchNorm2d(2), nn::Tanh(), nn::Flatten(),
                         nn::Linear(8, 2, rng));
    optimizer.add_group(net.parameters());
    x = randn({5, 1, 8, 8}, rng);
    y = randn({5, 2}, rng);
  }
};

/// Learns all its parameters with the rule, or its matrices alone.
template <optim::Rule R>
struct SequenceNet : Trained<R> {
  SequenceNet() {
    this->net = nn::Sequential(nn::LSTM(2, 3, this->rng), nn::GRU(3, 2, this->rng), nn::Flatten(),
                               nn::Linear(6, 2, this->rng));
    Parameters learned = this->net.parameters();
    if (std::is_same_v<R, optim::Muon>) {
      std::erase_if(learned, [](const Parameter& p) { return p.tensor.rank() < 2; });
    }
    this->optimizer.add_group(learned);
    this->x = randn({5, 3, 2}, this->rng);
    this->y = randn({5, 2}, this->rng);
  }
};

TEST(Allocations, that_fail_in_a_save_leave_a_complete_file_alone_in_its_folder) {
  const test::TempFolder folder;
  ImageNet net;
  const Checkpoint checkpoint{net.net.state_dict(), net.optimizer.state_dict(), {}};
  expect_harmless(
      "save", 50, [&] { save_checkpoint(folder / "a", checkpoint); },
      [&] { save_checkpoint(folder / "a", checkpoint); },
      [&] {
        ASSERT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
        ASSERT_NO_THROW(load_checkpoint(folder / "a"));
      });
}

template <class Net>
void expect_loads_whole(const char* what) {
  const test::TempFolder folder;
  Net saved;
  saved.run_back();
  saved.optimizer.step();
  save_checkpoint(folder / "a", {saved.net.state_dict(), saved.optimizer.state_dict(), {}});
  std::optional<Net> net;
  std::string before;
  const auto bits = [&] { return net->bits() + test::text_of(net->optimizer.state_dict()); };
  expect_harmless(
      what, 100,
      [&] {
        net.emplace();
        before = bits();
      },
      [&] { restore(load_checkpoint(folder / "a"), net->net, net->optimizer); },
      [&] { ASSERT_TRUE(bits() == before); });
  EXPECT_TRUE(net->bits() == saved.bits());
}

TEST(Allocations, that_fail_in_a_load_leave_model_and_optimizer_as_they_were) {
  expect_loads_whole<ImageNet>("load of a network for images");
  expect_loads_whole<SequenceNet<optim::Adafactor>>("load of one for sequences");
}

std::string bits_of(const Parameters& tensors) {
  StateDict all;
  for (const auto& [name, x] : tensors) {
    all.set(name, x);
  }
  return test::text_of(all);
}

/// Nor changed parameters.  Running statistics have taken in the batch by then, all of them, or
/// none.
template <class Net>
void expect_no_gradient(const char* what) {
  std::optional<Net> net(std::in_place);
  std::string before;
  const std::string buffers_before = bits_of(net->net.buffers());
  net->run_back();
  const std::string buffers_after = bits_of(net->net.buffers());
  expect_harmless(
      what, 30,
      [&] {
        net.emplace();
        before = bits_of(net->net.parameters());
      },
      [&] { net->run_back(); },
      [&] {
        for (const Parameter& p : net->net.parameters()) {
          ASSERT_FALSE(p.tensor.grad()) << p.name;
        }
        ASSERT_TRUE(bits_of(net->net.parameters()) == before);
        const std::string buffers = bits_of(net->net.buffers());
        ASSERT_TRUE(buffers == buffers_before || buffers == buffers_after);
      });
}

TEST(Allocations, that_fail_in_forward_or_backward_leave_no_gradient) {
  expect_no_gradient<ImageNet>("forward and backward of a network for images");
  expect_no_gradient<SequenceNet<optim::Adafactor>>("forward and backward of one for sequences");
}

/// Count, weight and state of each parameter; state of zeros is what a first step would make.
/// Without the state of rules of whole tensors, which may have taken in the gradient by then.
template <class R>
std::vector<std::string> entries_of(const Trained<R>& net) {
  std::vector<std::string> entries;
  for (const auto& entry : net.optimizer.groups()[0].entries) {
    StateDict all;
    all.set("weight", entry.parameter.tensor);
    R::State::fields(entry.state, [&](const char* name, const Tensor& x) {
      if (std::is_same_v<R, optim::Adam> && x && sum(x * x).item() > 0) {
        all.set(name, x);
      }
    });
    entries.push_back(std::to_string(entry.steps) + " " + test::text_of(all));
  }
  return entries;
}

/// A parameter has taken the step and counted it, or it has not.
template <class Net>
void expect_steps_whole(const char* what, int steps_before, int least) {
  std::optional<Net> net;
  const auto start = [&] {
    net.emplace();
    for (int k = 0; k < steps_before; ++k) {
      net->run_back();
      net->optimizer.step();
      net->optimizer.zero_grad();
    }
    net->run_back();
  };
  start();
  const std::vector<std::string> before = entries_of(*net);
  net->optimizer.step();
  const std::vector<std::string> after = entries_of(*net);
  expect_harmless(
      what, least, start, [&] { net->optimizer.step(); },
      [&] {
        const std::vector<std::string> found = entries_of(*net);
        for (std::size_t i = 0; i < found.size(); ++i) {
          ASSERT_FALSE(before[i] == after[i]);
          ASSERT_TRUE(found[i] == before[i] || found[i] == after[i]) << what << ", parameter " << i;
        }
      });
}

TEST(Allocations, that_fail_in_a_step_leave_each_parameter_whole) {
  expect_steps_whole<ImageNet>("first step of Adam", 0, 10);
  expect_steps_whole<ImageNet>("second step of Adam", 1, 1);
  for (const int steps : {0, 1}) {
    expect_steps_whole<SequenceNet<optim::Adafactor>>("step of Adafactor", steps, 20);
    expect_steps_whole<SequenceNet<optim::LAMB>>("step of LAMB", steps, 20);
    expect_steps_whole<SequenceNet<optim::LARS>>("step of LARS", steps, 1);
    expect_steps_whole<SequenceNet<optim::Muon>>("step of Muon", steps, 20);
  }
}

TEST(Allocations, that_fail_at_the_start_of_a_loader_leave_no_thread) {
  const Tensor x = ones({40, 3}), y = ones({40});
  const int threads = test::threads_of_process();
  for (const Index workers : {0, 2}) {
    expect_harmless(
        workers == 0 ? "loader" : "loader with workers", 10, [] {},
        [&] {
          const data::DataLoader loader(
              x, y,
              {.batch_size = 4,
               .workers = workers,
               .transform = [](data::Batch& b, Rng& r) { b.x = b.x + rand(b.x.shape(), r); }},
              Rng(1));
          Index samples = 0;
          for (const data::Batch& batch : loader.epoch(0)) {
            samples += batch.size();
          }
          ASSERT_EQ(samples, 40);
        },
        [&] { ASSERT_EQ(test::threads_of_process(threads), threads); });
  }
}

}  // namespace
}  // namespace gradus::train
