// Elements by index against values by hand and plain loops.
#include <gradus/core/index.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "support/layouts.h"
#include "support/threads.h"

namespace gradus {
namespace {

using Longs = std::vector<std::int64_t>;
using Floats = std::vector<float>;

Tensor at(const Longs& values, const Shape& shape) { return from_vector(values, shape); }

TEST(Index, select_and_sum_by_hand) {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(core::index_select(x, 1, at({2, 0, 2}, {3})).to_vector(), (Floats{3, 1, 3, 6, 4, 6}));
  EXPECT_EQ(
      core::index_sum("index_sum", {2, 3}, 1, at({2, 0, 2}, {3}), tensor({{1, 2, 4}, {8, 16, 32}}))
          .to_vector(),
      (Floats{2, 0, 5, 16, 0, 40}));
  EXPECT_EQ(core::index_select(at({1, 2, 3}, {3}), 0, at({2, 2}, {2})).to_vector<std::int64_t>(),
            (Longs{3, 3}));
}

TEST(Index, gather_and_scatter_by_hand) {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  EXPECT_EQ(core::gather(x, 0, at({2, 0, 1, 1}, {2, 2})).to_vector(), (Floats{7, 2, 4, 5}));
  EXPECT_EQ(core::gather(x, 1, at({2, 0}, {2, 1})).to_vector(), (Floats{3, 4}));
  EXPECT_EQ(core::scatter_sum("scatter_sum", {3, 3}, 0, at({2, 0, 2, 1}, {2, 2}),
                              tensor({{1, 2}, {4, 8}}))
                .to_vector(),
            (Floats{0, 2, 0, 0, 8, 0, 5, 0, 0}));
}

TEST(Index, flip_of_one_number_or_of_none_is_a_tensor_of_its_own) {
  const Tensor number = full({}, 3);
  EXPECT_EQ(core::flip(number, {0}).item(), 3);
  EXPECT_FALSE(core::flip(number, {0}).is(number));
  const Tensor none = empty({0, kMaxElements});  // no memory for as many places
  EXPECT_EQ(core::flip(none, {1}).shape(), none.shape());
}

TEST(Index, one_hot_flip_triangle_and_running_sums_by_hand) {
  EXPECT_EQ(core::one_hot(at({2, 0}, {2})).to_vector<std::int64_t>(), (Longs{0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(core::one_hot(at({1}, {1}), 2, f32).to_vector(), (Floats{0, 1}));
  EXPECT_EQ(core::flip(tensor({{1, 2}, {3, 4}}), {0}).to_vector(), (Floats{3, 4, 1, 2}));
  EXPECT_EQ(core::flip(tensor({{1, 2}, {3, 4}}), {0, 1}).to_vector(), (Floats{4, 3, 2, 1}));
  EXPECT_EQ(core::lower_triangle(2, 3, 1).to_vector<std::uint8_t>(),
            (std::vector<std::uint8_t>{1, 1, 0, 1, 1, 1}));
  EXPECT_EQ(core::cumsum(tensor({{1, 2}, {3, 4}}), 0).to_vector(), (Floats{1, 2, 4, 6}));
  EXPECT_EQ(core::cumsum(tensor({{1, 2}, {3, 4}}), 1).to_vector(), (Floats{1, 3, 3, 7}));
}

TEST(Index, of_every_layout_gives_the_same) {
  std::mt19937 engine(4);
  const Tensor x = test::random_values({4, 3, 5}, engine, 0, 1, true);
  const Tensor list = at({3, 1, 1}, {3});
  const Tensor places = core::index_select(at({0, 1, 2, 3}, {4, 1, 1}), 0, at({2, 0, 1, 3}, {4}));
  for (const test::Layout layout : {test::Layout::reversed, test::Layout::sliced}) {
    const Tensor y = test::laid_out(x, layout);
    EXPECT_EQ(core::index_select(y, 0, list).to_vector<double>(),
              core::index_select(x, 0, list).to_vector<double>());
    EXPECT_EQ(core::gather(y, 0, places).to_vector<double>(),
              core::gather(x, 0, places).to_vector<double>());
    EXPECT_EQ(core::cumsum(y, 1).to_vector<double>(), core::cumsum(x, 1).to_vector<double>());
  }
}

TEST(Extreme, places_are_the_first_and_nan_is_both) {
  const Tensor x = tensor({{1, 3, 3}, {2, 0, 0}});
  EXPECT_EQ(core::argmax(x, 1).to_vector<std::int64_t>(), (Longs{1, 0}));
  EXPECT_EQ(core::argmin(x, 1).to_vector<std::int64_t>(), (Longs{0, 1}));
  EXPECT_EQ(core::min(x, 0).to_vector(), (Floats{1, 0, 0}));
  const Tensor y = tensor({1, NAN, 5});
  EXPECT_EQ(core::argmax(y, 0).item(), 1);
  EXPECT_EQ(core::argmin(y, 0).item(), 1);
  EXPECT_TRUE(std::isnan(core::min(y, 0).item()));
}

TEST(ThreadsIndex, give_the_same_bits_for_any_number_of_threads) {
  std::mt19937 engine(5);
  const Tensor x = convert(test::random_values({300, 200}, engine, 0, 1, true), f32);
  Longs rows(70000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<std::int64_t>((i * 7919) % 300);
  }
  const Tensor list = at(rows, {70000});
  const Tensor places = at(Longs(rows.begin(), rows.begin() + 60000), {300, 200});
  std::vector<std::vector<float>> expected;
  for (const int threads : {1, 2, 3}) {
    const test::WithThreads with(threads);
    const Tensor picked = core::index_select(x, 0, list);
    const std::vector<std::vector<float>> found = {
        picked.to_vector(), core::index_sum("index_sum", {300, 200}, 0, list, picked).to_vector(),
        core::scatter_sum("scatter_sum", {300, 200}, 0, places, x).to_vector(),
        core::cumsum(x, 0).to_vector()};
    expected = threads == 1 ? found : expected;
    EXPECT_TRUE(found == expected) << threads;
  }
}

}  // namespace
}  // namespace gradus
