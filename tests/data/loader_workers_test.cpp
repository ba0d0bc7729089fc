// DataLoader with workers: the same batches, whatever fails, ends early or is slow.
#include <gradus/core/memory.h>
#include <gradus/data/augment.h>
#include <gradus/data/loader.h>
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "data/loader_batches.h"
#include "support/emulator.h"
#include "support/naive.h"
#include "support/process_threads.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::expect_error;
using test::Floats;
using test::make_loader;
using test::numbers_of;
using Clock = std::chrono::steady_clock;
constexpr Index kWorkers[] = {0, 1, 2, 8, 64};

void distort_batch(Batch& batch, Rng& rng) {
  batch.x = distort(batch.x, {.shift = 2, .rotation = 10}, rng);
}

// Those of the pool of parallel loops stay: it starts with the first loop.
int threads_with_the_pool() {
  parallel_for(2, [](Index) {});
  return test::threads_of_process();
}

// Runs the epoch to its end or its error; how many batches came before.
template <class Batches>
Index batches_before_the_error(Batches&& batches, const std::string& message) {
  Index got = 0;
  try {
    for (const Batch& batch : batches) {
      got += batch.size() > 0;
    }
    ADD_FAILURE() << "no error; expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), message);
    EXPECT_THROW(std::rethrow_if_nested(error), std::out_of_range);
  }
  return got;
}

TEST(ThreadsLoaderWorkers, batches_are_the_same_bits_for_any_number_of_workers) {
  const DataLoader alone = make_loader({.batch_size = 4, .transform = distort_batch});
  for (const Index epoch : {0, 3}) {
    const Floats expected = numbers_of(alone.epoch(epoch));
    const Floats rest = numbers_of(alone.epoch(epoch, 6));
    EXPECT_TRUE(std::equal(rest.rbegin(), rest.rend(), expected.rbegin()));
    for (const Index workers : kWorkers) {
      const DataLoader loader =
          make_loader({.batch_size = 4, .workers = workers, .transform = distort_batch});
      EXPECT_EQ(numbers_of(loader.epoch(epoch)), expected) << workers;
      EXPECT_EQ(numbers_of(loader.epoch(epoch, 6)), rest) << workers;
    }
  }
  EXPECT_NE(numbers_of(alone.epoch(0)), numbers_of(alone.epoch(1)));
}

TEST(ThreadsLoaderWorkers, weights_are_the_same_bits_for_any_number_of_workers) {
  const auto train = [](Index workers) {
    Rng rng(2);
    nn::Sequential net(nn::Flatten(), nn::Linear(784, 10, rng));
    optim::Optimizer optimizer(net.parameters(), optim::Adam{});
    DataLoader loader =
        make_loader({.batch_size = 8, .workers = workers, .transform = distort_batch});
    for (int epoch = 0; epoch < 2; ++epoch) {
      for (const Batch& batch : loader) {
        optimizer.zero_grad();
        nn::cross_entropy(net(batch.x), batch.y).backward();
        optimizer.step();
      }
    }
    return net.parameters()[0].tensor.to_vector<float>();
  };
  const Floats expected = train(0);
  for (const Index workers : kWorkers) {
    EXPECT_EQ(train(workers), expected) << workers;
  }
}

TEST(ThreadsLoaderWorkers, each_batch_has_random_numbers_of_its_own) {
  const auto draw = [](Batch& batch, Rng& rng) { batch.x = rand({1}, rng); };
  const DataLoader loader = make_loader({.batch_size = 1, .workers = 2, .transform = draw});
  std::set<float> seen;
  for (const Index epoch : {0, 1}) {
    for (const Batch& batch : loader.epoch(epoch)) {
      seen.insert(static_cast<float>(batch.x.item()));
    }
  }
  EXPECT_EQ(seen.size(), 122u);
}

TEST(ThreadsLoaderWorkers, a_transform_that_throws_ends_the_epoch_once_and_at_its_batch) {
  const int rounds = test::kThreadSanitizer || test::kAddressSanitizer ? 20 : 50;
  Clock::duration longest = {};
  for (const Index workers : kWorkers) {
    for (const std::int64_t first_bad : {0, 7, 15}) {
      for (const bool all_after : {false, true}) {
        std::atomic<bool> broken = true;
        DataLoader loader({arange(16), arange(16)},
                          {.batch_size = 1,
                           .shuffle = false,
                           .workers = workers,
                           .transform = [&](Batch& batch, Rng&) {
                             const auto y = static_cast<std::int64_t>(batch.y.item());
                             if (broken && (y == first_bad || (all_after && y > first_bad))) {
                               throw std::out_of_range("sample is broken");
                             }
                           }});
        for (int round = 0; round < rounds; ++round) {
          const DataLoader::Epoch epoch = loader.epoch(round);
          const auto start = Clock::now();
          ASSERT_EQ(batches_before_the_error(
                        epoch, join({"DataLoader: transform failed at batch ", first_bad,
                                     " of epoch ", round, ": sample is broken"})),
                    first_bad);
          longest = std::max(longest, Clock::now() - start);
        }
        broken = false;
        EXPECT_EQ(numbers_of(loader.epoch(rounds)).size(), 16u);
      }
    }
  }
  EXPECT_LT(longest, std::chrono::seconds(5));
}

TEST(ThreadsLoaderWorkers, after_an_error_the_iterator_is_at_its_end_and_its_threads_are_gone) {
  const int before = threads_with_the_pool();
  DataLoader loader(
      {arange(8), arange(8)},
      {.batch_size = 1, .shuffle = false, .workers = 4, .transform = [](Batch& batch, Rng&) {
         if (batch.y.item() == 2) {
           throw 3;  // what is no std::exception
         }
       }});
  BatchIterator at = loader.begin();
  ++at;
  try {
    ++at;
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "DataLoader: transform failed at batch 2 of epoch 0: it threw what is no "
                 "std::exception");
  }
  EXPECT_TRUE(at == loader.end());
  EXPECT_EQ(test::threads_of_process(before), before);
  expect_error<ValueError>([&] { *at; }, "BatchIterator: must not be read at its end");
}

TEST(ThreadsLoaderWorkers, an_iterator_that_ends_at_any_batch_joins_its_workers) {
  const int before = threads_with_the_pool();
  Clock::duration longest = {};
  const int rounds = test::kEmulated ? 100 : 1000;  // an emulator starts threads slowly
  for (int round = 0; round < rounds; ++round) {
    auto loader = std::make_unique<DataLoader>(make_loader({.batch_size = 4, .workers = 3}));
    BatchIterator at = loader->begin();
    for (int batch = 0; batch < round % 16; ++batch) {
      ++at;
    }
    loader.reset();
    const auto start = Clock::now();
    { const BatchIterator last = std::move(at); }
    longest = std::max(longest, Clock::now() - start);
  }
  EXPECT_EQ(test::threads_of_process(before), before);
  EXPECT_LT(longest, std::chrono::seconds(1));
}

TEST(ThreadsLoaderWorkers, two_iterators_at_once_do_not_disturb_each_other) {
  DataLoader loader = make_loader({.batch_size = 4, .workers = 2, .transform = distort_batch});
  const Floats expected[] = {numbers_of(loader.epoch(0)), numbers_of(loader.epoch(1))};
  const DataLoader::Epoch epochs[] = {loader.epoch(0), loader.epoch(1)};
  BatchIterator at[] = {epochs[0].begin(), epochs[1].begin()};
  std::size_t place[] = {0, 0};
  for (; at[0] != loader.end(); ++at[0], ++at[1]) {
    for (const int k : {0, 1}) {
      const Floats x = at[k]->x.to_vector<float>();
      ASSERT_TRUE(std::equal(x.begin(), x.end(), expected[k].begin() + Index(place[k])));
      place[k] += x.size() + static_cast<std::size_t>(at[k]->size());
    }
  }
  EXPECT_TRUE(at[1] == loader.end());
}

TEST(ThreadsLoaderWorkers, only_two_batches_a_worker_wait_for_a_slow_consumer) {
  std::atomic<int> made = 0;
  const DataLoader loader =
      make_loader({.batch_size = 1, .workers = 3, .transform = [&](Batch&, Rng&) { ++made; }});
  int taken = 0;
  for (const Batch& batch : loader.epoch(0)) {
    EXPECT_EQ(batch.size(), 1);
    ++taken;
    if (taken % 10 == 1) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_LE(made, taken + 2 * 3);
  }
  EXPECT_EQ(made, 61);
}

TEST(ThreadsLoaderWorkers, a_batch_that_is_kept_does_not_change) {
  const DataLoader loader = make_loader({.batch_size = 4, .workers = 2});
  std::vector<Batch> kept;
  std::vector<Floats> values;
  for (const Batch& batch : loader.epoch(0)) {
    kept.push_back(batch);
    values.push_back(batch.x.to_vector<float>());
  }
  for (std::size_t k = 0; k < kept.size(); ++k) {
    EXPECT_EQ(kept[k].x.to_vector<float>(), values[k]) << k;
  }
}

TEST(ThreadsLoaderWorkers, a_warm_batch_asks_nothing_of_the_system) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "memory is not recycled under AddressSanitizer";
  }
  const DataLoader loader = make_loader({.batch_size = 4, .workers = 2}, 400);
  std::uint64_t warm = 0;
  for (BatchIterator at = loader.epoch(0).begin(); at.position() < 99; ++at) {
    // The ring has 5 places, and each worker may have made a batch in the first of its own.
    if (at.position() == 20) {
      warm = memory_stats().system_allocations;
    }
  }
  EXPECT_EQ(memory_stats().system_allocations, warm);
}

TEST(ThreadsLoaderWorkers, are_from_0_to_1024) {
  expect_error<ValueError>([] { make_loader({.workers = -1}); },
                           "DataLoader: workers must be from 0 to 1024, got -1");
  expect_error<ValueError>([] { make_loader({.workers = 1025}); },
                           "DataLoader: workers must be from 0 to 1024, got 1025");
}

}  // namespace
}  // namespace gradus::data
