#include <gradus/core/lanes.h>
#include <gradus/core/reduce.h>
#include <gtest/gtest.h>

#include <random>

#include "support/cases.h"
#include "support/threads.h"

namespace gradus {
namespace {

using core::Lanes;

TEST(Lanes, hand_out_every_number_along_the_dimension_in_order) {
  // From lanes of 3 numbers into lanes of 2: the number of the lane, and the digits of what it has.
  for (const Index inner : {1, 2, 15, 16, 17, 40}) {
    for (const Index outer : {0, 1, 3}) {
      std::vector<float> x(static_cast<std::size_t>(outer * 3 * inner));
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<float>(i);
      }
      std::vector<double> y(static_cast<std::size_t>(outer * 2 * inner), -1);
      core::for_lanes(
          outer, inner,
          [](Index lane, const float* a, double* b) {
            b[0] = double(lane);
            b[1] = a[0] + 1e3 * a[1] + 1e6 * a[2];
          },
          Lanes<const float>{x.data(), 3}, Lanes<double>{y.data(), 2});
      for (Index i = 0; i < outer; ++i) {
        for (Index k = 0; k < inner; ++k) {
          const auto at = static_cast<std::size_t>(2 * i * inner + k);
          const double first = double(3 * i * inner + k);
          EXPECT_EQ(y[at], double(i * inner + k));
          EXPECT_EQ(y[at + static_cast<std::size_t>(inner)],
                    first + 1e3 * (first + double(inner)) + 1e6 * (first + 2 * double(inner)));
        }
      }
    }
  }
}

TEST(Rows, are_each_visited_once) {
  for (const Index rows : {0, 1, 7, 40000}) {
    std::vector<int> visits(static_cast<std::size_t>(rows), 0);
    core::for_rows(rows, 3, [&](Index row) { ++visits[static_cast<std::size_t>(row)]; });
    EXPECT_EQ(std::count(visits.begin(), visits.end(), 1), rows);
  }
}

TEST(Argmax, over_all_elements_is_the_first_of_equals_and_a_nan_wins) {
  const Tensor x = tensor({{1, 5, 2}, {5, -3, 0}});
  EXPECT_EQ(core::argmax(x).item(), 1);
  EXPECT_EQ(core::argmin(x).item(), 4);
  EXPECT_EQ(core::argmax(x).shape(), Shape{});
  EXPECT_EQ(core::argmax(x).dtype(), i64);
  EXPECT_EQ(core::argmax(full({}, 3)).item(), 0);

  const Tensor large = zeros({300, 400});
  const NoGrad values_only;
  auto* at = large.mutable_data<float>();
  at[77777] = at[99999] = 2;
  EXPECT_EQ(core::argmax(large).item(), 77777);
  at[119999] = -1;
  EXPECT_EQ(core::argmin(large).item(), 119999);
  at[40000] = at[90000] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(core::argmax(large).item(), 40000);
  EXPECT_EQ(core::argmin(large).item(), 40000);
}

TEST(ThreadsLanes, give_the_same_places_for_any_number_of_threads) {
  std::mt19937 engine(5);
  const Tensor x = test::random_values({300, 200}, engine, 0, 1, true);
  std::vector<std::vector<std::int64_t>> expected;
  for (const int threads : {1, 2, 3}) {
    const test::WithThreads with(threads);
    const std::vector<std::vector<std::int64_t>> found = {
        core::argmax(x).to_vector<std::int64_t>(), core::argmax(x, 0).to_vector<std::int64_t>(),
        core::argmin(x, 1).to_vector<std::int64_t>()};
    expected = threads == 1 ? found : expected;
    EXPECT_TRUE(found == expected) << threads;
  }
}

}  // namespace
}  // namespace gradus
