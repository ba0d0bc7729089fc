#include <gradus/core/memory.h>
#include <gradus/data/loader.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "data/samples.h"
#include "support/naive.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::expect_error;
using test::inputs;
using Numbers = std::vector<std::int64_t>;

// A data set whose sample i has the inputs [i, i + 0.5] and the target i.
DataLoader make_loader(Index n, const LoaderOptions& options, std::uint64_t seed = 1) {
  return {inputs(n), arange(n), options, Rng(seed)};
}

// The targets of an epoch, in order.
template <class Batches>
Numbers order_of(Batches&& batches) {
  Numbers order;
  for (const Batch& batch : batches) {
    const Numbers y = batch.y.to_vector<std::int64_t>();
    order.insert(order.end(), y.begin(), y.end());
  }
  return order;
}

Numbers counting(Index n) {
  Numbers numbers;
  for (Index i = 0; i < n; ++i) {
    numbers.push_back(i);
  }
  return numbers;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Numbers sizes_of(DataLoader& loader) {
  Numbers sizes;
  for (const Batch& batch : loader) {
    EXPECT_EQ(batch.x.size(0), batch.y.size(0));
    sizes.push_back(batch.size());
  }
  return sizes;
}

TEST(DataLoader, an_epoch_holds_every_sample_once_for_any_batch_size) {
  for (const Index size : {1, 2, 3, 9, 10, 11, 1000}) {
    DataLoader loader = make_loader(10, {.batch_size = size});
    EXPECT_EQ(sorted(order_of(loader)), counting(10)) << size;
  }
}

TEST(DataLoader, inputs_and_targets_stay_together) {
  DataLoader loader = make_loader(100, {.batch_size = 7});
  for (const Batch& batch : loader) {
    const auto x = batch.x.to_vector<float>();
    const auto y = batch.y.to_vector<std::int64_t>();
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_EQ(x[2 * i], static_cast<float>(y[i]));
      ASSERT_EQ(x[2 * i + 1], static_cast<float>(y[i]) + 0.5f);
    }
  }
}

TEST(DataLoader, without_shuffling_samples_come_in_their_order) {
  DataLoader loader(inputs(10), arange(10), {.batch_size = 4, .shuffle = false});
  EXPECT_EQ(order_of(loader), counting(10));
  EXPECT_EQ(order_of(loader), counting(10));
}

TEST(DataLoader, the_last_batch_is_smaller_or_left_out) {
  DataLoader kept = make_loader(10, {.batch_size = 4});
  EXPECT_EQ(kept.batches(), 3);
  EXPECT_EQ(sizes_of(kept), (Numbers{4, 4, 2}));
  DataLoader dropped = make_loader(10, {.batch_size = 4, .drop_last = true});
  EXPECT_EQ(dropped.batches(), 2);
  EXPECT_EQ(sizes_of(dropped), (Numbers{4, 4}));
  DataLoader whole = make_loader(8, {.batch_size = 4, .drop_last = true});
  EXPECT_EQ(sizes_of(whole), (Numbers{4, 4}));
  DataLoader large = make_loader(8, {.batch_size = 9});
  EXPECT_EQ(sizes_of(large), (Numbers{8}));
  DataLoader equal = make_loader(8, {.batch_size = 8, .drop_last = true});
  EXPECT_EQ(sizes_of(equal), (Numbers{8}));
}

TEST(DataLoader, the_same_seed_gives_the_same_orders_and_another_seed_others) {
  DataLoader first = make_loader(50, {.batch_size = 8}, 1);
  DataLoader second = make_loader(50, {.batch_size = 8}, 1);
  DataLoader other = make_loader(50, {.batch_size = 8}, 2);
  std::set<Numbers> seen;
  for (int epoch = 0; epoch < 5; ++epoch) {
    const Numbers order = order_of(first);
    EXPECT_EQ(order, order_of(second));
    seen.insert(order);
    seen.insert(order_of(other));
  }
  EXPECT_EQ(seen.size(), 10u);
}

TEST(DataLoader, orders_do_not_depend_on_the_batch_size) {
  DataLoader small = make_loader(50, {.batch_size = 1});
  DataLoader large = make_loader(50, {.batch_size = 50});
  EXPECT_EQ(order_of(small), order_of(large));
}

// 3! orders of three samples, each expected 1,000 times: 6 sigma of the binomial are 173.
TEST(DataLoader, every_order_is_equally_likely) {
  DataLoader loader = make_loader(3, {.batch_size = 3});
  std::map<Numbers, int> times;
  for (int epoch = 0; epoch < 6000; ++epoch) {
    ++times[order_of(loader)];
  }
  ASSERT_EQ(times.size(), 6u);
  for (const auto& [order, count] : times) {
    EXPECT_NEAR(count, 1000, 173);
  }
}

TEST(DataLoader, an_epoch_is_a_function_of_seed_and_number) {
  DataLoader loader = make_loader(20, {.batch_size = 4});
  std::vector<Numbers> orders;
  for (int epoch = 0; epoch < 4; ++epoch) {
    EXPECT_EQ(loader.next_epoch(), epoch);
    orders.push_back(order_of(loader));
  }
  EXPECT_EQ(order_of(loader.epoch(2)), orders[2]);
  EXPECT_EQ(loader.next_epoch(), 4);
  loader.set_next_epoch(1);
  EXPECT_EQ(order_of(loader), orders[1]);
  DataLoader resumed = make_loader(20, {.batch_size = 4});
  resumed.set_next_epoch(3);
  EXPECT_EQ(order_of(resumed), orders[3]);
}

TEST(DataLoader, an_epoch_goes_on_from_any_batch) {
  const DataLoader loader = make_loader(10, {.batch_size = 3});
  const Numbers whole = order_of(loader.epoch(5));
  for (Index first = 0; first <= loader.batches(); ++first) {
    const auto begin = whole.begin() + std::min<Index>(3 * first, 10);
    EXPECT_EQ(order_of(loader.epoch(5, first)), Numbers(begin, whole.end())) << first;
  }
  BatchIterator at = loader.epoch(5, 2).begin();
  EXPECT_EQ(at.position(), 2);
  EXPECT_EQ((++at).position(), 3);
}

TEST(DataLoader, a_loop_that_ends_early_counts_as_an_epoch) {
  DataLoader loader = make_loader(20, {.batch_size = 4});
  const Numbers second = order_of(loader.epoch(1));
  for (const Batch& batch : loader) {
    EXPECT_EQ(batch.size(), 4);
    break;
  }
  EXPECT_EQ(order_of(loader), second);
}

TEST(DataLoader, two_iterators_at_once_do_not_disturb_each_other) {
  DataLoader loader = make_loader(9, {.batch_size = 2});
  const Numbers expected[] = {order_of(loader.epoch(0)), order_of(loader.epoch(1))};
  Numbers found[2];
  BatchIterator first = loader.begin();
  BatchIterator second = loader.begin();
  for (; first != loader.end(); ++first, ++second) {
    const Numbers y[] = {first->y.to_vector<std::int64_t>(), second->y.to_vector<std::int64_t>()};
    found[0].insert(found[0].end(), y[0].begin(), y[0].end());
    found[1].insert(found[1].end(), y[1].begin(), y[1].end());
  }
  EXPECT_TRUE(second == loader.end());
  EXPECT_EQ(found[0], expected[0]);
  EXPECT_EQ(found[1], expected[1]);
}

TEST(DataLoader, an_epoch_outlives_its_loader) {
  const Numbers expected = order_of(make_loader(9, {.batch_size = 2}).epoch(3));
  auto loader = std::make_unique<DataLoader>(make_loader(9, {.batch_size = 2}));
  const DataLoader::Epoch epoch = loader->epoch(3);
  loader.reset();
  EXPECT_EQ(order_of(epoch), expected);
  EXPECT_EQ(order_of(epoch), expected);
}

TEST(DataLoader, a_set_or_batch_of_nothing_is_refused_with_and_without_shuffling) {
  const Tensor none = zeros({0, 28, 28}, u8);
  for (const bool shuffle : {false, true}) {
    expect_error<ValueError>(
        [&] {
          DataLoader({none, arange(0)}, {.shuffle = shuffle}, Rng(1));
        },
        "DataLoader: data set must hold at least one sample, got none");
    expect_error<ValueError>([&] { make_loader(8, {.batch_size = 0, .shuffle = shuffle}); },
                             "DataLoader: batch_size must be at least 1, got 0");
    expect_error<ValueError>([&] { make_loader(8, {.batch_size = -1, .shuffle = shuffle}); },
                             "DataLoader: batch_size must be at least 1, got -1");
    expect_error<ValueError>(
        [&] { make_loader(8, {.batch_size = 9, .shuffle = shuffle, .drop_last = true}); },
        "DataLoader: batch_size must be at most the 8 samples when drop_last leaves out what is "
        "smaller, got 9");
  }
}

TEST(DataLoader, inputs_and_targets_must_fit) {
  expect_error<ShapeError>([] { DataLoader(inputs(100), arange(99), {}, Rng(1)); },
                           "DataLoader: there must be as many inputs as targets, got 100 and 99 of "
                           "shapes [100, 2] and [99]");
  expect_error<ShapeError>([] { DataLoader(full({}, 1), arange(1), {}, Rng(1)); },
                           "DataLoader: inputs must have a row for each sample, got shape []");
  expect_error<ShapeError>([] { DataLoader(arange(1), full({}, 1), {}, Rng(1)); },
                           "DataLoader: targets must have a row for each sample, got shape []");
}

TEST(DataLoader, options_must_make_sense) {
  expect_error<ValueError>([] { DataLoader(inputs(8), arange(8), {}); },
                           "DataLoader: shuffle must have an Rng to draw orders from, got none; "
                           "pass one as the last argument");
  for (const double stddev : {0.0, -1.0, double{NAN}, double{INFINITY}, 1e-300, 1e300}) {
    EXPECT_THROW(make_loader(8, {.stddev = stddev}), ValueError) << stddev;
  }
  for (const double mean : {double{NAN}, double{INFINITY}, -1e300}) {
    EXPECT_THROW(make_loader(8, {.mean = mean}), ValueError) << mean;
  }
  expect_error<ValueError>([] { make_loader(8, {.stddev = 0}); },
                           "PixelScale: stddev must be above 0, from 1e-35 to 1e+35, got 0");
}

TEST(DataLoader, epochs_and_places_outside_their_range_are_refused) {
  DataLoader loader = make_loader(8, {.batch_size = 4});
  expect_error<ValueError>([&] { loader.set_next_epoch(-1); },
                           "DataLoader: epoch must be at least 0, got -1");
  expect_error<ValueError>([&] { loader.epoch(-2); },
                           "DataLoader: epoch must be at least 0, got -2");
  expect_error<ValueError>([&] { loader.epoch(0, 3); },
                           "DataLoader: first batch must be 0 to 2, got 3");
  expect_error<ValueError>([&] { loader.epoch(0, -1); },
                           "DataLoader: first batch must be 0 to 2, got -1");
  BatchIterator end = loader.epoch(0, 2).begin();
  expect_error<ValueError>([&] { ++end; },
                           "BatchIterator: must not move past its end, got ++ at batch 2 of 2");
}

TEST(DataLoader, a_warm_epoch_asks_nothing_of_the_system) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "memory is not recycled under AddressSanitizer";
  }
  DataLoader loader({zeros({500, 28, 28}, u8), arange(500)}, {.batch_size = 64}, Rng(1));
  order_of(loader);
  const std::uint64_t before = memory_stats().system_allocations;
  for (int epoch = 0; epoch < 3; ++epoch) {
    order_of(loader);
  }
  EXPECT_EQ(memory_stats().system_allocations, before);
}

TEST(ThreadsDataLoader, epochs_of_one_loader_run_on_several_threads) {
  const DataLoader loader = make_loader(200, {.batch_size = 7});
  std::vector<Numbers> alone;
  for (Index epoch = 0; epoch < 4; ++epoch) {
    alone.push_back(order_of(loader.epoch(epoch)));
  }
  std::vector<Numbers> together(4);
  std::vector<std::thread> threads;
  for (std::size_t epoch = 0; epoch < 4; ++epoch) {
    threads.emplace_back(
        [&, epoch] { together[epoch] = order_of(loader.epoch(static_cast<Index>(epoch))); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(together, alone);
}

}  // namespace
}  // namespace gradus::data
