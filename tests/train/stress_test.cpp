// All that runs on several threads at once, for a while: two models, loaders with workers, parallel
// loops, and errors in both.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/core/parallel.h>
#include <gradus/data/digits.h>
#include <gradus/data/loader.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/instances.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "support/state_text.h"
#include "support/threads.h"
#include "support/trials.h"

namespace gradus::train {
namespace {

const data::LabelledImages& images() {
  static const data::LabelledImages set = data::digits(96, 1);
  return set;
}

/// The weights after two epochs, whatever runs beside.
std::string trained(std::uint64_t seed, Index workers) {
  Rng rng(seed);
  nn::Sequential net(nn::Flatten(), nn::Linear(784, 64, rng), nn::ReLU(), nn::Linear(64, 10, rng));
  optim::Optimizer adam(net.parameters(), optim::Adam{});
  data::DataLoader loader(
      images(),
      {.batch_size = 32,
       .workers = workers,
       .transform = [](data::Batch& b, Rng& noise) { b.x = b.x + rand(b.x.shape(), noise); }},
      rng.split());
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const data::Batch& batch : loader) {
      adam.zero_grad();
      nn::cross_entropy(net(batch.x), batch.y).backward();
      adam.step();
    }
  }
  return test::text_of(net.state_dict());
}

/// Whether an epoch whose transform throws at some batches ends with that error.
bool fails_as_it_should(Index first_bad) {
  data::DataLoader loader(
      images(),
      {.batch_size = 8,
       .shuffle = false,
       .workers = 3,
       .transform = [&, made = std::make_shared<std::atomic<Index>>(0)](data::Batch&, Rng&) {
         if (made->fetch_add(1) >= first_bad) {
           throw std::runtime_error("no more");
         }
       }});
  try {
    for (const data::Batch& batch : loader) {
      static_cast<void>(batch);
    }
  } catch (const Error&) {
    return true;
  }
  return false;
}

bool loop_fails_as_it_should(Index bad) {
  std::atomic<int> done = 0;
  try {
    parallel_for(16, [&](Index piece) {
      if (piece == bad) {
        throw std::out_of_range("piece");
      }
      ++done;
    });
  } catch (const std::out_of_range&) {
    return done == 15;
  }
  return false;
}

TEST(ThreadsStress, two_models_with_workers_are_not_disturbed_by_errors_beside_them) {
  const std::string expected[] = {trained(1, 0), trained(2, 0)};
  const test::WithThreads with(2);
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::milliseconds(1000 * test::trials("GRADUS_STRESS_SECONDS", 0) + 500);
  std::atomic<int> trainings = 0, failures = 0, loops = 0;
  const auto until_end = [&](auto work) {
    return std::thread([&, work] {
      for (Index k = 0; std::chrono::steady_clock::now() < end; ++k) {
        work(k);
      }
    });
  };
  std::thread threads[] = {until_end([&](Index k) {
                             EXPECT_TRUE(trained(1, k % 4) == expected[0]);
                             ++trainings;
                           }),
                           until_end([&](Index k) {
                             EXPECT_TRUE(trained(2, (k + 2) % 4) == expected[1]);
                             ++trainings;
                           }),
                           until_end([&](Index k) {
                             EXPECT_TRUE(fails_as_it_should(k % 12));
                             ++failures;
                           }),
                           until_end([&](Index k) {
                             EXPECT_TRUE(loop_fails_as_it_should(k % 16));
                             ++loops;
                             std::this_thread::sleep_for(std::chrono::milliseconds(1));
                           })};
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::printf(
      "%d trainings beside each other with the same bits, %d epochs and %d loops that fail\n",
      trainings.load(), failures.load(), loops.load());
}

TEST(ThreadsDeterminism, gives_the_same_weights_for_any_number_of_threads_and_workers) {
  const bool all = test::trials("GRADUS_DETERMINISM", 0) != 0;
  const std::string expected = trained(1, 0);
  int runs = 0;
  for (int k = 0; k < (all ? 20 : 1); ++k, ++runs) {
    EXPECT_TRUE(trained(1, 0) == expected);
  }
  for (const int threads : {1, 2, 3, 8}) {
    const test::WithThreads with(threads);
    for (Index workers = 0; workers <= 8; ++workers) {
      if (all || (threads != 8 && workers == threads)) {
        EXPECT_TRUE(trained(1, workers) == expected) << threads << " threads, " << workers;
        ++runs;
      }
    }
  }
  EXPECT_TRUE(trained(2, 0) != expected);
  std::printf("%d runs of one seed, with 1 to 8 threads and 0 to 8 workers: the same weights\n",
              runs);
}

}  // namespace
}  // namespace gradus::train
