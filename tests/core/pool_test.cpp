// Pooling, by hand and against plain loops.
#include <gradus/core/cpu.h>
#include <gradus/core/max_rows.h>
#include <gradus/core/pair_pool.h>
#include <gradus/core/pool.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "support/limits.h"
#include "support/naive.h"

namespace gradus {
namespace {

using core::Window;
using test::kInf;
using test::kNan;

core::MaxPool largest(const Tensor& x, const Window& window) {
  return core::max_pool("max_pool2d", core::pool_axes("max_pool2d", x.shape(), window, false), x);
}

Tensor means(const Tensor& x, const Window& window, bool count_padding) {
  const auto axes = core::pool_axes("avg_pool2d", x.shape(), window, count_padding);
  return core::avg_pool("avg_pool2d", axes, x);
}

TEST(MaxPool, takes_the_largest_and_of_equal_ones_the_first) {
  const Tensor x = from_vector<float>({1, 5, 5, 2, 3, 5, 0, 7}, {1, 1, 2, 4});
  const core::MaxPool pool = largest(x, {.kernel = 2, .stride = {2, 1}});
  EXPECT_EQ(pool.y.to_vector(), (std::vector<float>{5, 5, 7}));
  EXPECT_EQ(pool.index.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 1, 7}));
}

TEST(MaxPool, takes_nan_for_the_largest_and_padding_for_none) {
  const Tensor x = convert(from_vector<double>({-kInf, -2, kNan, 9}, {1, 1, 1, 4}), f32);
  const Tensor y = largest(x, {.kernel = {1, 2}, .padding = {0, 1}}).y;
  const std::vector<float> values = y.to_vector();
  EXPECT_EQ(values[0], -std::numeric_limits<float>::infinity());  // not the padding's 0
  EXPECT_EQ(values[1], -2);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_EQ(values[4], 9);
}

// Wide images, which go the vector way, and the same with the plain one.
TEST(MaxPool, gives_the_same_numbers_with_every_instruction_set) {
  Rng rng(1);
  for (const Dtype dtype : {f32, f64}) {
    Tensor x = randn({1, 2, 9, 101}, rng, 0, 1, dtype);
    copy(x, convert(convert(x, i64), dtype));  // many ties
    for (const Index stride : {1, 2}) {
      for (const Size2& kernel : {Size2(2), Size2(3, 5)}) {
        const Window window{.kernel = kernel, .stride = stride};
        const core::MaxPool wide = largest(x, window);
        const Cpu before = active_cpu();
        set_active_cpu(Cpu::base);
        const core::MaxPool base = largest(x, window);
        set_active_cpu(before);
        const auto axes = core::pool_axes("max_pool2d", x.shape(), window, false);
        EXPECT_EQ(wide.index.to_vector<std::int64_t>(), base.index.to_vector<std::int64_t>());
        visit_floating("test", dtype, [&](auto zero) {
          using T = decltype(zero);
          std::vector<T> y(static_cast<std::size_t>(axes.w.places()));
          std::vector<std::int64_t> index(y.size());
          core::max_row(axes, 1, x.data<T>(), y.data(), index.data());
          for (std::size_t q = 0; q < y.size(); ++q) {
            const test::Indices at{0, 0, 1, static_cast<Index>(q)};
            EXPECT_EQ(test::element(wide.y, at), double(y[q]));
            EXPECT_EQ(test::element(wide.index, at), double(index[q]));
          }
        });
      }
    }
  }
}

// Small images with pairs along their rows, which have loops of their own, against the plain ones:
// ties, NaN and infinities among the numbers, windows that overlap or are spread down the columns.
TEST(MaxPool, takes_pairs_along_rows_as_the_plain_loops_take_them) {
  Rng rng(2);
  for (const Dtype dtype : {f32, f64}) {
    for (const Index width : {2, 10, 24, 32, 34}) {
      Tensor x = convert(convert(randn({3, 2, 10, width}, rng), i64), dtype);
      for (Index i = 0; i < x.numel(); i += 7) {
        visit_floating("test", dtype, [&](auto zero) {
          using T = decltype(zero);
          x.mutable_data<T>()[i] = T(i % 3 == 0 ? kNan : -kInf);
        });
      }
      for (const Window& window :
           {Window{.kernel = 2, .stride = 2},
            Window{.kernel = {3, 2}, .stride = {1, 2}, .padding = {1, 0}},
            Window{.kernel = {2, 2}, .stride = {3, 2}, .dilation = {3, 1}}}) {
        const auto axes = core::pool_axes("max_pool2d", x.shape(), window, false);
        ASSERT_TRUE(core::sees_pairs(axes));
        const core::MaxPool found = largest(x, window);
        visit_floating("test", dtype, [&](auto zero) {
          using T = decltype(zero);
          const Index columns = axes.w.places();
          std::vector<T> y(static_cast<std::size_t>(columns));
          std::vector<std::int64_t> index(y.size());
          for (Index row = 0; row < 6 * axes.h.places(); ++row) {
            core::max_row(axes, static_cast<std::size_t>(row % axes.h.places()),
                          x.data<T>() + row / axes.h.places() * 10 * width, y.data(), index.data());
            EXPECT_EQ(
                std::memcmp(y.data(), found.y.data<T>() + row * columns, y.size() * sizeof(T)), 0);
            EXPECT_TRUE(std::equal(index.begin(), index.end(),
                                   found.index.data<std::int64_t>() + row * columns));
          }
        });
      }
    }
  }
}

TEST(AvgPool, takes_pairs_along_rows_as_other_windows) {
  Rng rng(3);
  const auto expect = [&](const Window& window, Index width, Dtype dtype, double tolerance) {
    const Tensor x = randn({2, 3, 12, width}, rng, 0, 1, dtype);
    const auto axes = core::pool_axes("avg_pool2d", x.shape(), window, true);
    ASSERT_TRUE(core::sees_pairs(axes));
    const Tensor y = core::avg_pool("avg_pool2d", axes, x);
    const Tensor dy = randn(y.shape(), rng, 0, 1, dtype);
    const Tensor dx = convert(core::avg_pool_input(axes, dy), f64);
    std::vector<double> shares(static_cast<std::size_t>(x.numel()));
    const double count = double(window.kernel.h * 2);
    for (const test::Indices& at : test::all_indices(test::to_indices(y.shape()))) {
      double sum = 0;
      for (Index i = 0; i < window.kernel.h; ++i) {
        for (Index j = 0; j < 2; ++j) {
          const Index row = at[2] * window.stride.h + i;
          const Index column = at[3] * 2 + j;
          sum += test::element(x, {at[0], at[1], row, column});
          shares[static_cast<std::size_t>(((at[0] * 3 + at[1]) * 12 + row) * width + column)] +=
              test::element(dy, at) / count;
        }
      }
      ASSERT_NEAR(test::element(y, at), sum / count, tolerance);
    }
    for (Index i = 0; i < x.numel(); ++i) {
      ASSERT_NEAR(dx.data<double>()[i], shares[static_cast<std::size_t>(i)], tolerance);
    }
  };
  for (const Window& window :
       {Window{.kernel = 2, .stride = 2}, Window{.kernel = {3, 2}, .stride = {3, 2}},
        Window{.kernel = {3, 2}, .stride = {1, 2}}, Window{.kernel = {1, 2}, .stride = {1, 2}}}) {
    for (const Index width : {2, 6, 8, 10, 28}) {
      expect(window, width, f64, 1e-15);
      expect(window, width, f32, 3e-7);
    }
  }
}

TEST(AvgPool, counts_the_padding_or_does_not) {
  const Tensor x = from_vector<float>({2, 4, 6}, {1, 1, 1, 3});
  const Window window{.kernel = {1, 2}, .stride = {1, 2}, .padding = {0, 1}};
  EXPECT_EQ(means(x, window, true).to_vector(), (std::vector<float>{1, 5}));
  EXPECT_EQ(means(x, window, false).to_vector(), (std::vector<float>{2, 5}));
}

TEST(AvgPool, adds_in_double) {
  const Tensor x = from_vector<float>({16777216, 1, 1, 1, 1}, {1, 1, 1, 5});
  EXPECT_EQ(means(x, {.kernel = {1, 5}}, true).item(), 3355444);
}

TEST(AdaptiveAvgPool, divides_images_as_evenly_as_it_can) {
  const Tensor x = from_vector<float>({1, 2, 3, 4, 5}, {1, 1, 1, 5});
  const auto run = [&](Index places) {
    return core::avg_pool("adaptive", core::adaptive_axes("adaptive", x.shape(), {1, places}), x)
        .to_vector();
  };
  EXPECT_EQ(run(1), (std::vector<float>{3}));
  EXPECT_EQ(run(2), (std::vector<float>{2, 4}));
  EXPECT_EQ(run(5), (std::vector<float>{1, 2, 3, 4, 5}));
  EXPECT_EQ(run(3), (std::vector<float>{1.5F, 3, 4.5F}));
}

// Every window by plain loops over the places of its kernel.
TEST(Pooling, agrees_with_plain_loops_for_all_combinations_of_options) {
  Rng rng(1);
  const Tensor x = randn({2, 3, 9, 8}, rng, 0, 1, f64);
  for (const Size2& kernel : {Size2(2), Size2(3, 1), Size2(3)}) {
    for (const Size2& stride : {Size2(1), Size2(2), Size2(2, 3)}) {
      for (const Index padding : {0, 1}) {
        for (const Size2& dilation : {Size2(1), Size2(2, 1)}) {
          const Window w{kernel, stride, {padding, kernel.w > 1 ? padding : 0}, dilation};
          const Tensor found = largest(x, w).y;
          const bool dense = dilation == Size2(1);
          const Tensor mean = dense ? means(x, w, true) : found;
          for (const test::Indices& at : test::all_indices(test::to_indices(found.shape()))) {
            double best = -kInf;
            double sum = 0;
            for (Index i = 0; i < kernel.h; ++i) {
              for (Index j = 0; j < kernel.w; ++j) {
                const Index r = at[2] * stride.h + i * dilation.h - w.padding.h;
                const Index q = at[3] * stride.w + j * dilation.w - w.padding.w;
                if (r >= 0 && r < 9 && q >= 0 && q < 8) {
                  best = std::max(best, test::element(x, {at[0], at[1], r, q}));
                  sum += test::element(x, {at[0], at[1], r, q});
                }
              }
            }
            ASSERT_EQ(test::element(found, at), best);
            if (dense) {
              ASSERT_NEAR(test::element(mean, at), sum / double(kernel.h * kernel.w), 1e-15);
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus
