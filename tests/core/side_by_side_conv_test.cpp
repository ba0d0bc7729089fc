// Many small images, side by side in registers, against plain loops.
#include <gradus/core/elementwise.h>
#include <gradus/core/narrow_conv.h>
#include <gradus/core/side_by_side_conv.h>

#include <algorithm>
#include <limits>

#include "support/plain_conv.h"
#include "support/threads.h"

namespace gradus {
namespace {

using core::ConvShape;
using core::Window;
using test::expect_plain;
using test::integers;

bool runs_side_by_side(const ConvShape& s, Dtype dtype) {
  return visit_floating("test", dtype, [&](auto zero) {
    using T = decltype(zero);
    return core::is_narrow<T>(s) && core::is_faster_side_by_side<T>(s);
  });
}

void expect_plain_with_bias_and_relu(const ConvShape& s, Dtype dtype) {
  Rng rng(2);
  const Tensor x = integers(s.x_shape(), rng, dtype);
  const Tensor weight = integers(s.weight_shape(), rng, dtype);
  const Tensor bias = integers({s.groups * s.out}, rng, dtype);
  std::vector<double> expected = test::plain(s, x, weight, zeros(s.y_shape(), dtype)).y;
  const std::vector<double> b = convert(bias, f64).to_vector<double>();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double value = expected[i] + b[i / static_cast<std::size_t>(s.positions()) % b.size()];
    expected[i] = std::max(value, 0.0);
  }
  const auto relu = [](auto& y) { y = max(y, 0.0); };
  const core::ElementLoop finish = core::loop_in_place(relu);
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu with(cpu);
    test::expect_equal(core::conv("conv", s, x, weight, bias, &finish), expected, to_text(cpu));
  }
}

// Enough images to fill registers, in whole blocks and not; windows that see more padding than
// image.
TEST(SideBySideConv, agrees_with_plain_loops) {
  struct Case {
    Shape x, weight;
    Window window;
    Index groups = 1;
    Dtype dtype = f32;
  };
  for (const Case& c : {Case{{40, 3, 7, 6}, {5, 3, 3, 3}, {.padding = 2}},
                        Case{{65, 2, 6, 5}, {3, 2, 4, 2}, {.padding = {3, 1}}},
                        Case{{130, 4, 5, 5}, {6, 2, 3, 3}, {.padding = 1, .dilation = 2}, 2},
                        Case{{33, 3, 4, 4}, {4, 3, 3, 3}, {.padding = 5}},
                        Case{{64, 20, 5, 4}, {8, 20, 3, 4}, {.padding = {2, 3}}},
                        Case{{32, 2, 1, 9}, {4, 2, 1, 5}, {.padding = {0, 4}}},
                        Case{{37, 3, 6, 7}, {4, 3, 3, 3}, {.padding = 1}, 1, f64}}) {
    const ConvShape s = core::conv_shape("conv", c.x, c.weight, c.window, c.groups);
    for (const Cpu cpu : test::tiling_cpus()) {
      const test::WithCpu with(cpu);
      EXPECT_TRUE(runs_side_by_side(s, c.dtype)) << to_text(c.x) << ", " << to_text(cpu);
    }
    expect_plain(c.x, c.weight, c.window, c.groups, c.dtype);
    expect_plain_with_bias_and_relu(s, c.dtype);
  }
}

TEST(SideBySideConv, is_for_many_images_of_few_numbers) {
  const auto runs = [](const Shape& x, const Shape& weight, const Window& window) {
    return runs_side_by_side(core::conv_shape("conv", x, weight, window, 1), f32);
  };
  for (const Cpu cpu : test::tiling_cpus()) {
    const test::WithCpu with(cpu);
    EXPECT_TRUE(runs({64, 6, 14, 14}, {4, 6, 5, 5}, {})) << to_text(cpu);
    EXPECT_FALSE(runs({8, 6, 14, 14}, {4, 6, 5, 5}, {})) << to_text(cpu);
    EXPECT_FALSE(runs({64, 6, 140, 140}, {4, 6, 5, 5}, {})) << to_text(cpu);
    EXPECT_FALSE(runs({64, 4, 1024, 16}, {1, 4, 3, 3}, {.padding = 1})) << to_text(cpu);
    EXPECT_FALSE(runs({64, 6, 14, 14}, {4, 6, 5, 5}, {.stride = 2})) << to_text(cpu);
    EXPECT_FALSE(runs({64, 1, 20, 20}, {4, 1, 17, 17}, {})) << to_text(cpu);
    EXPECT_FALSE(runs({64, 64, 7, 7}, {4, 64, 1, 1}, {})) << to_text(cpu);
  }
}

// Padding is not multiplied: an infinite weight leaves alone what it does not meet.
TEST(SideBySideConv, meets_no_weight_beyond_the_image) {
  if (test::tiling_cpus().empty()) {
    GTEST_SKIP() << "no tiles on this processor";
  }
  std::vector<float> values(9, 1.0F);
  values[0] = std::numeric_limits<float>::infinity();  // sees what is above and left
  const Tensor weight = from_vector(values, {1, 1, 3, 3});
  const ConvShape s = core::conv_shape("conv", {40, 1, 3, 3}, {1, 1, 3, 3}, {.padding = 2}, 1);
  ASSERT_TRUE(runs_side_by_side(s, f32));
  const std::vector<float> y = core::conv("conv", s, ones({40, 1, 3, 3}), weight, {}).to_vector();
  EXPECT_EQ(std::vector<float>(y.begin(), y.begin() + 5), (std::vector<float>{1, 2, 3, 2, 1}));
}

TEST(ThreadsSideBySideConv, results_are_the_same_bits_for_any_number_of_threads) {
  const ConvShape s = core::conv_shape("conv", {40, 8, 7, 9}, {6, 8, 3, 5}, {.padding = 1}, 1);
  const auto run = [&](int threads) {
    const test::WithThreads with(threads);
    Rng rng(3);
    const Tensor x = randn(s.x_shape(), rng);
    const Tensor weight = randn(s.weight_shape(), rng);
    return core::conv("conv", s, x, weight, randn({6}, rng)).to_vector();
  };
  for (const Cpu cpu : test::tiling_cpus()) {
    const test::WithCpu with(cpu);
    EXPECT_TRUE(runs_side_by_side(s, f32));
    const std::vector<float> one = run(1);
    for (const int threads : {2, 3, 8}) {
      EXPECT_EQ(run(threads), one) << threads;
    }
  }
}

}  // namespace
}  // namespace gradus
