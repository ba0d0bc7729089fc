// Convolutions and their two gradients against seven plain loops.
#include <gradus/core/conv.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include "support/cpu.h"
#include "support/plain_conv.h"
#include "support/threads.h"

namespace gradus {
namespace {

using core::ConvShape;
using core::Window;
using test::expect_plain;
using test::integers;

TEST(Conv, all_combinations_of_options_agree_with_plain_loops) {
  for (const Size2& kernel : {Size2(1), Size2(3, 2)}) {
    for (const Size2& stride : {Size2(1), Size2(2, 1), Size2(3)}) {
      for (const Size2& padding : {Size2(0), Size2(1, 2), Size2(4)}) {
        for (const Size2& dilation : {Size2(1), Size2(2, 1)}) {
          for (const Index groups : {1, 2, 4}) {
            const Window window{.stride = stride, .padding = padding, .dilation = dilation};
            expect_plain({3, 4, 6, 5}, {8, 4 / groups, kernel.h, kernel.w}, window, groups);
          }
        }
      }
    }
  }
}

TEST(Conv, f64_and_sizes_of_one_agree_with_plain_loops) {
  expect_plain({2, 3, 5, 4}, {2, 3, 2, 2}, {.padding = 1}, 1, f64);
  expect_plain({1, 1, 1, 1}, {1, 1, 1, 1}, {}, 1);
  expect_plain({1, 1, 1, 1}, {1, 1, 3, 3}, {.padding = 1}, 1);
  expect_plain({1, 1, 9, 1}, {2, 1, 9, 1}, {}, 1);
}

// More numbers than one part has: rows in parts, and parts of one long row.
TEST(Conv, images_in_several_parts_agree_with_plain_loops) {
  expect_plain({2, 20, 41, 40}, {3, 20, 3, 3}, {.padding = 1}, 1);
  expect_plain({1, 16, 1, 4001}, {2, 16, 1, 5}, {.stride = 2, .padding = {0, 2}}, 1);
  expect_plain({1, 16, 2, 4001}, {2, 8, 2, 5}, {.padding = {1, 3}, .dilation = 2}, 2);
  expect_plain({1, 140, 30, 40}, {2, 140, 1, 1}, {}, 1);
  expect_plain({3, 3, 40, 30}, {70, 3, 3, 3}, {.padding = 1}, 1);
  expect_plain({2, 70, 9, 8}, {20, 70, 2, 2}, {}, 1);
  expect_plain({1, 2, 50, 50}, {40, 2, 3, 3}, {.padding = 1}, 1);
}

TEST(Conv, images_that_are_not_dense_agree_with_dense_ones) {
  Rng rng(2);
  const Tensor wide = integers({2, 4, 5, 3}, rng);
  const Tensor x({wide.storage_ref(), {2, 3, 4, 5}, {60, 1, 15, 3}, 0, f32});
  const Tensor weight = integers({2, 3, 2, 2}, rng);
  const ConvShape s = core::conv_shape("conv", x.shape(), weight.shape(), {}, 1);
  EXPECT_EQ(core::conv("conv", s, x, weight, {}).to_vector(),
            core::conv("conv", s, x.clone(), weight, {}).to_vector());
}

TEST(Conv, bias_is_added_to_its_channel) {
  const ConvShape s = core::conv_shape("conv", {1, 1, 2, 2}, {2, 1, 2, 1}, {}, 1);
  const Tensor y = core::conv("conv", s, from_vector<float>({1, 2, 3, 4}, {1, 1, 2, 2}),
                              from_vector<float>({1, 0, 1, -1}, {2, 1, 2, 1}), tensor({10, 20}));
  EXPECT_EQ(y.to_vector(), (std::vector<float>{11, 12, 18, 18}));
}

TEST(Conv, no_images_give_none_and_a_zero_gradient_of_the_weight) {
  const ConvShape s = core::conv_shape("conv", {0, 2, 5, 5}, {4, 1, 3, 3}, {}, 2);
  EXPECT_EQ(core::conv("conv", s, empty({0, 2, 5, 5}), ones({4, 1, 3, 3}), {}).shape(),
            (Shape{0, 4, 3, 3}));
  EXPECT_EQ(core::conv_input("conv", s, empty({0, 4, 3, 3}), ones({4, 1, 3, 3})).shape(),
            (Shape{0, 2, 5, 5}));
  EXPECT_EQ(core::conv_weight("conv", s, empty({0, 2, 5, 5}), empty({0, 4, 3, 3})).to_vector(),
            std::vector<float>(36, 0));
}

// Normal numbers, whose sums are rounded: few channels and many, few images and many, for which the
// loops differ.
TEST(Conv, gives_the_same_bits_with_every_instruction_set_that_runs_in_tiles) {
  Rng rng(4);
  for (const Dtype dtype : {f32, f64}) {
    for (const auto& [batch, out] : std::vector<std::pair<Index, Index>>{
             {3, 1}, {3, 4}, {3, 5}, {3, 8}, {3, 9}, {3, 33}, {23, 5}, {44, 4}, {44, 9}}) {
      const ConvShape s =
          core::conv_shape("conv", {batch, 2, 13, 11}, {out, 2, 3, 4}, {.padding = 1}, 1);
      const Tensor x = randn(s.x_shape(), rng, 0, 1, dtype);
      const Tensor weight = randn(s.weight_shape(), rng, 0, 1, dtype);
      const Tensor dy = randn(s.y_shape(), rng, 0, 1, dtype);
      std::vector<std::vector<double>> first;
      for (const Cpu cpu : test::tiling_cpus()) {
        const test::WithCpu with(cpu);
        Tensor dbias;
        std::vector<std::vector<double>> found;
        for (const Tensor& product :
             {core::conv("conv", s, x, weight, {}), core::conv_input("conv", s, dy, weight),
              core::conv_weight("conv", s, x, dy, &dbias)}) {
          found.push_back(convert(product, f64).to_vector<double>());
        }
        found.push_back(convert(dbias, f64).to_vector<double>());
        first = first.empty() ? found : first;
        EXPECT_EQ(found, first) << batch << " " << out << " " << to_text(cpu);
      }
    }
  }
}

// 65,536 times 0.1, one after the other in f32, are off by 6e-4.
TEST(Conv, adds_up_the_gradient_of_a_bias_in_double) {
  for (const Index out : {1, 20}) {
    const ConvShape s =
        core::conv_shape("conv", {1, 1, 512, 512}, {out, 1, 3, 3}, {.padding = 1}, 1);
    Tensor dbias;
    core::conv_weight("conv", s, zeros(s.x_shape()), full(s.y_shape(), 0.1), &dbias);
    const double expected = 512 * 512 * double(0.1F);
    EXPECT_NEAR(convert(dbias, f64).to_vector<double>()[0], expected, expected * 1e-7) << out;
  }
}

TEST(ThreadsConv, results_are_the_same_bits_for_any_number_of_threads) {
  const auto run = [](const Shape& x_shape, const Shape& weight_shape, Index groups, Index stride,
                      int threads) {
    const test::WithThreads with(threads);
    Rng rng(3);
    const ConvShape s = core::conv_shape("conv", x_shape, weight_shape,
                                         {.stride = {1, stride}, .padding = 1}, groups);
    const Tensor x = randn(x_shape, rng);
    const Tensor weight = randn(weight_shape, rng);
    const Tensor dy = randn(s.y_shape(), rng);
    std::vector<float> all;
    for (const Tensor& product :
         {core::conv("conv", s, x, weight, zeros({weight_shape[0]})),
          core::conv_input("conv", s, dy, weight), core::conv_weight("conv", s, x, dy)}) {
      const std::vector<float> values = product.to_vector();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  };
  for (const Index batch : {1, 19}) {
    for (const Index out : {6, 12}) {
      for (const Index groups : {1, 2}) {
        for (const Index stride : {1, 2}) {
          const Shape x{batch, 8, 21, 60};
          const Shape weight{out, 8 / groups, 3, 5};
          const std::vector<float> one = run(x, weight, groups, stride, 1);
          EXPECT_EQ(run(x, weight, groups, stride, 2), one);
          EXPECT_EQ(run(x, weight, groups, stride, 3), one);
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus
