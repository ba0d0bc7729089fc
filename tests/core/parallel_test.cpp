#include <gradus/core/parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::expect_error;
using test::WithThreads;

class ThreadsParallelFor : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, ThreadsParallelFor, testing::Values(1, 2, 3, 8),
                         testing::PrintToStringParamName());

TEST_P(ThreadsParallelFor, does_each_piece_once) {
  const WithThreads threads(GetParam());
  for (const Index pieces : {0, 1, 2, 3, 7, 64, 1000}) {
    std::vector<int> done(static_cast<std::size_t>(pieces), 0);
    parallel_for(pieces, [&](Index piece) { ++done[static_cast<std::size_t>(piece)]; });
    EXPECT_EQ(done, std::vector<int>(done.size(), 1)) << pieces;
  }
}

TEST_P(ThreadsParallelFor, no_or_fewer_than_no_pieces_do_nothing) {
  const WithThreads threads(GetParam());
  int calls = 0;
  parallel_for(0, [&](Index) { ++calls; });
  parallel_for(-5, [&](Index) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST_P(ThreadsParallelFor, rethrows_the_error_of_the_lowest_piece_after_all_have_run) {
  const WithThreads threads(GetParam());
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> ran{0};
    std::string message;
    try {
      parallel_for(20, [&](Index piece) {
        ++ran;
        if (piece % 3 == 2) {
          throw std::runtime_error(std::to_string(piece));
        }
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "2");
    EXPECT_EQ(ran, 20);
    std::atomic<Index> sum{0};
    parallel_for(10, [&](Index piece) { sum += piece; });
    EXPECT_EQ(sum, 45);
  }
}

TEST_P(ThreadsParallelFor, inside_a_piece_runs_in_order_on_the_pieces_thread) {
  const WithThreads threads(GetParam());
  std::atomic<int> wrong{0};
  parallel_for(8, [&](Index) {
    const auto self = std::this_thread::get_id();
    Index next = 0;
    parallel_for(
        5, [&](Index piece) { wrong += piece != next++ || std::this_thread::get_id() != self; });
    wrong += next != 5;
  });
  EXPECT_EQ(wrong, 0);
}

TEST_P(ThreadsParallelFor, an_error_from_a_nested_loop_reaches_the_caller) {
  const WithThreads threads(GetParam());
  EXPECT_THROW(parallel_for(4,
                            [](Index) {
                              parallel_for(4, [](Index piece) {
                                if (piece == 1) throw std::logic_error("inner");
                              });
                            }),
               std::logic_error);
}

TEST_P(ThreadsParallelFor, results_are_visible_to_the_caller_without_locks) {
  const WithThreads threads(GetParam());
  std::vector<double> values(4096);
  for (int round = 0; round < 200; ++round) {
    parallel_for(64, [&](Index piece) {
      for (Index i = piece * 64; i < (piece + 1) * 64; ++i) {
        values[static_cast<std::size_t>(i)] += 1;
      }
    });
  }
  EXPECT_EQ(std::accumulate(values.begin(), values.end(), 0.0), 4096.0 * 200);
}

TEST_P(ThreadsParallelFor, thousands_of_short_loops_lose_no_piece) {
  const WithThreads threads(GetParam());
  constexpr int kLoops = 3000;
  Index total = 0;
  for (int i = 0; i < kLoops; ++i) {
    std::atomic<Index> sum{0};
    parallel_for(1 + i % 5,
                 [&](Index piece) { sum.fetch_add(piece + 1, std::memory_order_relaxed); });
    const Index n = 1 + i % 5;
    ASSERT_EQ(sum, n * (n + 1) / 2);
    total += sum;
  }
  EXPECT_EQ(total, kLoops / 5 * (1 + 3 + 6 + 10 + 15));
}

TEST_P(ThreadsParallelFor, may_be_called_from_several_threads_at_once) {
  const WithThreads threads(GetParam());
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&wrong, t] {
      for (int i = 0; i < 300; ++i) {
        std::vector<int> done(7, 0);
        bool caught = false;
        try {
          parallel_for(7, [&](Index piece) {
            done[static_cast<std::size_t>(piece)] += t + 1;
            if (i % 10 == 0 && piece == 3) throw i;
          });
        } catch (int value) {
          caught = value == i;
        }
        wrong += done != std::vector<int>(7, t + 1) || caught != (i % 10 == 0);
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadsPool, uses_as_many_threads_as_are_set_and_no_more) {
  for (const int count : {3, 1, 2}) {
    const WithThreads threads(count);
    std::atomic<int> waiting{0};
    // Every piece waits until as many threads as were set have come.
    parallel_for(count, [&](Index) {
      ++waiting;
      while (waiting < count) {
        std::this_thread::yield();
      }
    });
    EXPECT_EQ(waiting, count);
  }
}

TEST(ThreadsPool, grows_and_shrinks_between_loops) {
  const WithThreads restore(1);
  for (int i = 0; i < 60; ++i) {
    const int count = 1 + i * 7 % 5;
    set_num_threads(count);
    EXPECT_EQ(num_threads(), count);
    std::atomic<Index> sum{0};
    parallel_for(50, [&](Index piece) { sum += piece; });
    ASSERT_EQ(sum, 1225);
  }
}

TEST(ThreadsPool, its_size_may_be_asked_for_inside_a_piece_but_not_changed) {
  const WithThreads threads(2);
  std::atomic<int> right{0};
  std::atomic<int> refused{0};
  parallel_for(4, [&](Index) {
    right += num_threads() == 2;
    try {
      set_num_threads(3);
    } catch (const ValueError&) {
      ++refused;
    }
  });
  EXPECT_EQ(right, 4);
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(num_threads(), 2);
}

TEST(ThreadsPool, its_size_may_be_asked_for_while_another_threads_loop_runs) {
  const WithThreads threads(2);
  std::atomic<bool> inside{false};
  std::atomic<bool> asked{false};
  std::thread other([&] {
    parallel_for(2, [&](Index) {
      inside = true;
      for (int i = 0; i < 2000 && !asked; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  });
  while (!inside) {
    std::this_thread::yield();
  }
  EXPECT_EQ(num_threads(), 2);
  EXPECT_TRUE(inside);
  asked = true;
  other.join();
}

TEST(ThreadsPool, refuses_sizes_outside_1_to_1024) {
  const WithThreads threads(2);
  expect_error<ValueError>([] { set_num_threads(0); },
                           "set_num_threads: count must be from 1 to 1024, got 0");
  EXPECT_THROW(set_num_threads(-1), ValueError);
  EXPECT_THROW(set_num_threads(1025), ValueError);
  EXPECT_THROW(set_num_threads(1000000000), ValueError);
  EXPECT_EQ(num_threads(), 2);
  EXPECT_THROW(parallel_for(Index{1} << 40, [](Index) {}), ValueError);
}

}  // namespace
}  // namespace gradus
