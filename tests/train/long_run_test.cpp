// Training that goes on for long takes no more memory, time or descriptors in the end than at
// first, and f32 leads where f64 does.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/data/loader.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/instances.h>
#include <gradus/train/checkpoint.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "support/sanitizer.h"
#include "support/temp_folder.h"
#include "support/trials.h"

namespace gradus::train {
namespace {

/// Bytes of this process that are in memory.
double resident() {
  std::ifstream file("/proc/self/statm");
  double all = 0, pages = 0;
  file >> all >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  timespec now = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::ptrdiff_t descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

double median(std::vector<double> numbers) {
  std::nth_element(numbers.begin(), numbers.begin() + numbers.size() / 2, numbers.end());
  return numbers[numbers.size() / 2];
}

/// Does `part` 40 times, of `thousands` thousand steps in all, the first of which warm up.  In the
/// end a part may take `longest` times as long as at first, and the system's allocator may have
/// taken `arenas` bytes more, a part of its own for each of a few threads.
template <class F>
void expect_steady(const std::string& what, F part, double thousands, double longest, int arenas) {
  constexpr int kParts = 40, kWarm = 4, kCompared = 12;
  std::vector<double> seconds;
  double memory = 0;
  std::ptrdiff_t files = 0;
  for (int k = 0; k < kParts; ++k) {
    if (k == kWarm) {
      memory = resident();
      files = descriptors();
    }
    const double start = cpu_seconds();
    part();
    seconds.push_back(cpu_seconds() - start);
  }
  const double more = resident() - memory;
  const auto first = seconds.begin() + kWarm, last = seconds.end();
  const double ratio = median({last - kCompared, last}) / median({first, first + kCompared});
  EXPECT_EQ(descriptors(), files) << what;
  std::printf(
      "%s: %.0f bytes more in memory, the last parts take %.3f times as long as the first, "
      "as many descriptors\n",
      what.c_str(), more, ratio);
  if (test::kAddressSanitizer || test::kThreadSanitizer) {
    return;  // they keep what is freed
  }
  EXPECT_LT(more, 1024 * thousands * (kParts - kWarm) / kParts + arenas) << what;
  EXPECT_LT(ratio, longest) << what;
}

TEST(LongRun, of_many_steps_is_as_fast_and_small_in_the_end_as_at_first) {
  const int steps = test::trials("GRADUS_STEPS", test::kAddressSanitizer ? 10'000 : 100'000);
  Rng rng(1);
  nn::Sequential net(nn::Linear(2, 4, rng), nn::Tanh(), nn::Linear(4, 1, rng));
  optim::Optimizer adam(net.parameters(), optim::Adam{.lr = 1e-4});
  const Tensor x = randn({4, 2}, rng), y = randn({4, 1}, rng);
  const auto part = [&] {
    for (int k = 0; k < steps / 40; ++k) {
      adam.zero_grad();
      nn::mse(net(x), y).backward();
      adam.step();
    }
  };
  // Short runs are not timed.
  const bool is_long = steps >= 1'000'000;
  expect_steady(join({steps, " steps"}), part, steps / 1e3, is_long ? 1.1 : 1e9,
                is_long ? 64 << 10 : 1 << 20);
  EXPECT_EQ(adam.steps(), steps / 40 * 40);
}

/// Steps down (w - c)^2 / 2 for four points c in turn, whose mean is 1.
template <class R>
struct Circling {
  Tensor w;
  optim::Optimizer<R> optimizer;
  std::vector<Tensor> points;

  Circling(const R& rule, Dtype dtype) : w(zeros({1}, dtype).set_requires_grad()) {
    optimizer.add_group({{"w", w}}, rule);
    for (const double c : {1.5, -0.5, 2.0, 1.0}) {
      points.push_back(full({1}, c, dtype));
    }
  }
  void go(int steps) {
    for (int k = 0; k < steps; ++k) {
      w.set_grad(w.detach() - points[static_cast<std::size_t>(k % 4)]);
      optimizer.step();
    }
  }
};

// With s the mean of g^2, w comes to circle about 1 within 0.2, and a step makes a difference e of
// two such runs smaller by about lr / sqrt(s) e.  Rounding in f32 adds, with u = 2^-24, to w at
// most 2 u, and to the step at most 1000 u of itself, since a mean of g^2 with beta2 = 0.999 keeps
// the rounding of 1000 steps.  So e stays below 2 u sqrt(s) / lr + 1000 u |m| = 3e-5 for lr = 0.01,
// s = 0.9 and |m| < 0.4; it is smaller with the shorter memory of RMSprop and of SGD.
template <class R>
void expect_as_in_f64(const char* what, const R& rule, int steps) {
  constexpr double kLargest = 3e-5;
  Circling<R> single(rule, f32), exact(rule, f64);
  double largest = 0;
  for (int part = 0; part < 40; ++part) {
    single.go(steps / 40);
    exact.go(steps / 40);
    EXPECT_NEAR(exact.w.item(), 1, 0.2) << what;
    largest = std::max(largest, std::abs(single.w.item() - exact.w.item()));
  }
  EXPECT_LT(largest, kLargest) << what;
  std::printf("%d steps of %s: f32 within %.1e of f64\n", steps, what, largest);
}

TEST(LongRun, of_many_steps_in_f32_ends_as_in_f64) {
  const int steps = test::trials("GRADUS_STEPS", test::kAddressSanitizer ? 10'000 : 100'000);
  expect_as_in_f64("Adam", optim::Adam{.lr = 0.01}, steps);
  expect_as_in_f64("RMSprop", optim::RMSprop{.lr = 0.01}, steps);
  expect_as_in_f64("SGD", optim::SGD{.lr = 0.01, .momentum = 0.9}, steps);
}

// Each epoch starts workers, each part saves and loads.
TEST(LongRun, of_many_epochs_is_as_fast_and_small_in_the_end_as_at_first) {
  const int epochs = test::trials("GRADUS_EPOCHS", 400);
  const test::TempFolder folder;
  Rng rng(1);
  nn::Sequential net(nn::Linear(3, 5, rng), nn::Tanh(), nn::Linear(5, 1, rng));
  optim::Optimizer sgd(net.parameters(), optim::SGD{.lr = 1e-3, .momentum = 0.9});
  data::DataLoader loader(randn({40, 3}, rng), randn({40, 1}, rng), {.batch_size = 8, .workers = 2},
                          rng.split());
  const auto part = [&] {
    for (int k = 0; k < epochs / 40; ++k) {
      for (const data::Batch& batch : loader) {
        sgd.zero_grad();
        nn::mse(net(batch.x), batch.y).backward();
        sgd.step();
      }
    }
    save_checkpoint(folder / "a", {net.state_dict(), sgd.state_dict(), {}});
    restore(load_checkpoint(folder / "a"), net, sgd);
  };
  const bool is_long = epochs >= 10'000;
  expect_steady(join({epochs, " epochs"}), part, epochs * 5 / 1e3, is_long ? 1.1 : 1e9,
                is_long ? 64 << 10 : 8 << 20);
}

}  // namespace
}  // namespace gradus::train
