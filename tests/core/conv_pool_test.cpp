// A convolution and max pooling in one go, against one after the other.
#include <gradus/core/conv.h>
#include <gradus/core/conv_pool.h>
#include <gradus/core/random.h>
#include <gradus/core/tiled_conv.h>
#include <gtest/gtest.h>

#include "support/cpu.h"
#include "support/threads.h"

namespace gradus {
namespace {

using core::ConvShape;

struct Case {
  const char* name;
  Shape x, weight;
  core::Window window;
  Index groups;
  bool by_images;  ///< whether both products that make or take planes go by images
};

const std::vector<Case> kCases = {
    {"many channels", {4, 40, 9, 10}, {70, 40, 3, 3}, {}, 1, true},
    {"padded", {4, 40, 9, 10}, {70, 40, 3, 3}, {.padding = 1}, 1, true},
    {"groups", {4, 80, 9, 10}, {80, 40, 3, 3}, {}, 2, true},
    {"few channels", {4, 3, 9, 10}, {4, 3, 3, 3}, {}, 1, false},
    {"an image in parts", {4, 40, 40, 40}, {40, 40, 1, 1}, {}, 1, false},
    {"no images", {0, 40, 9, 10}, {70, 40, 3, 3}, {}, 1, false},
};

TEST(ConvPool, gives_the_bits_of_a_convolution_and_max_pooling) {
  const test::WithThreads one_thread(1);  // with more, few images are cut into parts
  for (const Cpu cpu : test::tiling_cpus()) {
    const test::WithCpu with(cpu);
    for (const Case& c : kCases) {
      Rng rng(3);
      const ConvShape s = core::conv_shape("conv", c.x, c.weight, c.window, c.groups);
      const Tensor x = randn(c.x, rng);
      const Tensor weight = randn(c.weight, rng);
      const Tensor bias = randn({c.weight[0]}, rng);
      const core::PoolAxes axes = core::pool_axes(
          "pool", s.y_shape(), {.kernel = 2, .stride = 2, .ceil_mode = true}, false);
      const core::MaxPool one = core::conv_max_pool("conv", s, x, weight, bias, nullptr, axes);
      const core::MaxPool two =
          core::max_pool("pool", axes, core::conv("conv", s, x, weight, bias));
      EXPECT_EQ(one.y.to_vector(), two.y.to_vector()) << c.name;
      EXPECT_EQ(one.index.to_vector<std::int64_t>(), two.index.to_vector<std::int64_t>());

      const Tensor dy = randn(one.y.shape(), rng);
      const Tensor scattered = core::scatter_pool(dy, one.index, s.y_shape());
      EXPECT_EQ(core::conv_max_pool_input("conv", s, dy, one.index, weight).to_vector(),
                core::conv_input("conv", s, scattered, weight).to_vector())
          << c.name;
      Tensor dbias;
      Tensor expected_dbias;
      EXPECT_EQ(core::conv_max_pool_weight("conv", s, x, dy, one.index, &dbias).to_vector(),
                core::conv_weight("conv", s, x, scattered, &expected_dbias).to_vector())
          << c.name;
      EXPECT_EQ(dbias.to_vector(), expected_dbias.to_vector()) << c.name;

      EXPECT_EQ(core::goes_by_images<float>(s) &&
                    core::goes_by_images<float>(core::turned_shape(s)) &&
                    core::weight_goes_by_images<float>(s),
                c.by_images)
          << c.name;
    }
  }
}

}  // namespace
}  // namespace gradus
