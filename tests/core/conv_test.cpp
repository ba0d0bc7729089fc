// Convolutions and their two gradients against seven plain loops.  All numbers are small integers,
// so that sums are exact in any order.
#include <gradus/core/conv.h>
#include <gradus/core/random.h>
#include <gradus/core/side_by_side_conv.h>
#include <gtest/gtest.h>

#include "support/cpu.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using core::ConvShape;
using core::Window;

// Integers from -4 to 4.
Tensor integers(const Shape& shape, Rng& rng, Dtype dtype = f32) {
  std::vector<double> values(static_cast<std::size_t>(count(shape)));
  for (double& value : values) {
    value = double(rng.next_u32() % 9) - 4;
  }
  return convert(from_vector(values, shape), dtype);
}

// Calls f with the places in x, weight and y of every term of the convolution.
template <class F>
void for_terms(const ConvShape& s, F f) {
  const Window& w = s.window;
  for (Index n = 0; n < s.batch; ++n) {
    for (Index o = 0; o < s.groups * s.out; ++o) {
      for (Index r = 0; r < s.output.h; ++r) {
        for (Index q = 0; q < s.output.w; ++q) {
          for (Index c = 0; c < s.in; ++c) {
            for (Index i = 0; i < w.kernel.h; ++i) {
              for (Index j = 0; j < w.kernel.w; ++j) {
                const Index channel = o / s.out * s.in + c;
                const Index y = r * w.stride.h + i * w.dilation.h - w.padding.h;
                const Index x = q * w.stride.w + j * w.dilation.w - w.padding.w;
                if (y >= 0 && y < s.input.h && x >= 0 && x < s.input.w) {
                  f(((n * s.groups * s.in + channel) * s.input.h + y) * s.input.w + x,
                    ((o * s.in + c) * w.kernel.h + i) * w.kernel.w + j,
                    ((n * s.groups * s.out + o) * s.output.h + r) * s.output.w + q);
                }
              }
            }
          }
        }
      }
    }
  }
}

struct Products {
  std::vector<double> y, dx, dweight, dbias;
};

Products plain(const ConvShape& s, const Tensor& x, const Tensor& weight, const Tensor& dy) {
  const std::vector<double> a = convert(x, f64).to_vector<double>();
  const std::vector<double> w = convert(weight, f64).to_vector<double>();
  const std::vector<double> d = convert(dy, f64).to_vector<double>();
  Products p{std::vector<double>(d.size()), std::vector<double>(a.size()),
             std::vector<double>(w.size()),
             std::vector<double>(static_cast<std::size_t>(s.groups * s.out))};
  for (std::size_t i = 0; i < d.size(); ++i) {
    p.dbias[i / static_cast<std::size_t>(s.positions()) % p.dbias.size()] += d[i];
  }
  for_terms(s, [&](Index in, Index k, Index out) {
    const auto i = static_cast<std::size_t>(in);
    const auto t = static_cast<std::size_t>(k);
    const auto o = static_cast<std::size_t>(out);
    p.y[o] += a[i] * w[t];
    p.dx[i] += d[o] * w[t];
    p.dweight[t] += d[o] * a[i];
  });
  return p;
}

void expect_equal(const Tensor& found, const std::vector<double>& expected,
                  const std::string& note) {
  EXPECT_EQ(convert(found, f64).to_vector<double>(), expected) << note;
}

void expect_plain(const Shape& x_shape, const Shape& weight_shape, const Window& window,
                  Index groups, Dtype dtype = f32) {
  const ConvShape s = core::conv_shape("conv", x_shape, weight_shape, window, groups);
  const std::string note =
      join({"x ", x_shape, ", weight ", weight_shape, ", stride ", window.stride, ", padding ",
            window.padding, ", dilation ", window.dilation, ", groups ", groups});
  Rng rng(1);
  const Tensor x = integers(x_shape, rng, dtype);
  const Tensor weight = integers(weight_shape, rng, dtype);
  const Tensor dy = integers(s.y_shape(), rng, dtype);
  const Products expected = plain(s, x, weight, dy);
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu with(cpu);
    const std::string where = note + ", " + to_text(cpu);
    expect_equal(core::conv("conv", s, x, weight, {}), expected.y, where);
    expect_equal(core::conv_input("conv", s, dy, weight), expected.dx, where + ", input");
    Tensor dbias;
    expect_equal(core::conv_weight("conv", s, x, dy), expected.dweight, where + ", weight");
    expect_equal(core::conv_weight("conv", s, x, dy, &dbias), expected.dweight, where + ", both");
    expect_equal(dbias, expected.dbias, where + ", bias");
  }
}

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
}

// Enough images to fill registers, in whole blocks and not; windows that see more padding than
// image.
TEST(Conv, many_small_images_agree_with_plain_loops) {
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
      EXPECT_TRUE(core::is_faster_side_by_side<float>(s)) << to_text(c.x) << ", " << to_text(cpu);
    }
    expect_plain(c.x, c.weight, c.window, c.groups, c.dtype);
  }
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
  for (const Index batch : {1, 19, 40}) {
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
