// Products in tiles against their plain twin, one std::fma after the other: the same bits, whatever
// the sizes, how the operands stand in memory, the width of registers and the number of threads.
#include <gradus/core/blas.h>
#include <gradus/core/conv.h>
#include <gradus/core/random.h>
#include <gradus/core/tile.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "support/cpu.h"
#include "support/threads.h"

namespace gradus {
namespace {

// C + A B, or A B, from left to right; a: [m, k], b: [k, n], c: [m, n].
template <class T>
std::vector<T> plain(const Tensor& a, const Tensor& b, const std::vector<T>& c) {
  const Index m = a.size(0);
  const Index n = b.size(1);
  const std::vector<T> left = a.to_vector<T>();
  const std::vector<T> right = b.to_vector<T>();
  std::vector<T> sums = c.empty() ? std::vector<T>(std::size_t(m * n)) : c;
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) {
      for (Index p = 0; p < a.size(1); ++p) {
        T& sum = sums[std::size_t(i * n + j)];
        sum = std::fma(left[std::size_t(i * a.size(1) + p)], right[std::size_t(p * n + j)], sum);
      }
    }
  }
  return sums;
}

// A matrix of that size whose rows, or columns, are dense, with a gap between them.
Tensor matrix(Index rows, Index columns, bool turned, Index gap, Dtype dtype, Rng& rng) {
  const Tensor wide = convert(
      turned ? randn({columns, rows + gap}, rng) : randn({rows, columns + gap}, rng), dtype);
  return turned ? core::transpose(core::slice(wide, 1, 0, rows), 0, 1)
                : core::slice(wide, 1, 0, columns);
}

template <class T>
void expect_plain(Index m, Index n, Index k, Dtype dtype, Index gap = 3) {
  for (int forms = 0; forms < 16; ++forms) {
    Rng rng(5);
    const Tensor a = matrix(m, k, forms & 1, gap, dtype, rng);
    const Tensor b = matrix(k, n, forms & 2, gap, dtype, rng);
    const bool add = forms & 8;
    std::vector<T> expected;
    for (const Cpu cpu : test::tiling_cpus()) {
      const test::WithCpu with(cpu);
      Rng same(6);
      const Tensor c = matrix(m, n, forms & 4, gap, dtype, same);
      if (expected.empty()) {
        expected = plain<T>(a, b, add ? c.to_vector<T>() : std::vector<T>());
      }
      core::gemm("test", a, b, c, 1, add ? 1 : 0);
      EXPECT_EQ(c.to_vector<T>(), expected)
          << m << " x " << k << " x " << n << ", forms " << forms << ", " << to_text(cpu);
    }
  }
}

TEST(Tile, products_are_the_bits_of_fused_multiply_adds_from_left_to_right) {
  const std::array<Index, 3> sizes[] = {{16, 16, 1},   {17, 31, 5},   {23, 64, 129},
                                        {67, 33, 128}, {18, 130, 30}, {800, 20, 9}};
  for (const auto& [m, n, k] : sizes) {
    expect_plain<float>(m, n, k, f32);
  }
  expect_plain<double>(19, 70, 130, f64);
  // Sums over several panels, of the widest tiles and of narrow ones.
  expect_plain<float>(18, 130, 1200, f32);
  expect_plain<float>(9, 20, 1100, f32);
  expect_plain<double>(8, 70, 600, f64);
  // Many rows, and those of b an odd number of lines apart: read where they stand; an even one:
  // packed.
  expect_plain<float>(70, 141, 20, f32);
  expect_plain<float>(70, 125, 20, f32);
  expect_plain<float>(40, 16, 129, f32, 0);  // b, where it is dense, is as a packed one
  // So many columns that rows of a which stand across memory are turned first; their sums go over
  // several blocks.
  const test::WithThreads one(1);  // which cuts no columns off
  expect_plain<float>(13, 1030, 37, f32);
  expect_plain<float>(8, 1025, 550, f32);
  expect_plain<double>(9, 520, 35, f64);
}

TEST(ThreadsTile, products_are_the_same_bits_for_any_number_of_threads) {
  Rng rng(6);
  const auto expect_same = [](const Tensor& a, const Tensor& b) {
    const auto product = [&](int threads) {
      const test::WithThreads with(threads);
      return core::matmul(a, b).to_vector();
    };
    const std::vector<float> one = product(1);
    EXPECT_EQ(product(2), one);
    EXPECT_EQ(product(3), one);
  };
  const Tensor b = randn({300, 150}, rng);
  expect_same(randn({70, 300}, rng), b);
  // Cut by rows: on one thread there are enough to pack b for, and on two there are not.
  expect_same(core::transpose(randn({300, 100}, rng), 0, 1), b);
}

// Channel by channel, rows of the window, columns of the window; padding counts as zeros.
std::vector<float> plain_conv(const core::ConvShape& s, const Tensor& x, const Tensor& weight,
                              const Tensor& bias) {
  const core::Window& w = s.window;
  const std::vector<float> image = x.to_vector();
  const std::vector<float> taps = weight.to_vector();
  const std::vector<float> start = bias.to_vector();
  std::vector<float> y;
  for (Index n = 0; n < s.batch; ++n) {
    for (Index o = 0; o < s.groups * s.out; ++o) {
      for (Index position = 0; position < s.positions(); ++position) {
        float sum = start[std::size_t(o)];
        for (Index t = 0; t < s.taps(); ++t) {
          const Index area = w.kernel.h * w.kernel.w;
          const Index channel = (n * s.groups + o / s.out) * s.in + t / area;
          const Index row = position / s.output.w * w.stride.h +
                            t % area / w.kernel.w * w.dilation.h - w.padding.h;
          const Index column =
              position % s.output.w * w.stride.w + t % w.kernel.w * w.dilation.w - w.padding.w;
          const bool inside = row >= 0 && row < s.input.h && column >= 0 && column < s.input.w;
          const Index place = (channel * s.input.h + row) * s.input.w + column;
          sum = std::fma(taps[std::size_t(o * s.taps() + t)],
                         inside ? image[std::size_t(place)] : 0.0F, sum);
        }
        y.push_back(sum);
      }
    }
  }
  return y;
}

struct ConvCase {
  const char* name;
  Shape x, weight;
  core::Window window;
  Index groups;
};

TEST(Tile, convolutions_are_the_bits_of_fused_multiply_adds_from_left_to_right) {
  const std::vector<ConvCase> cases = {
      {"few channels", {2, 3, 9, 11}, {5, 3, 3, 3}, {}, 1},
      {"few channels, padded", {2, 3, 9, 11}, {5, 3, 3, 3}, {.padding = {2, 1}}, 1},
      {"few channels, dilated", {1, 20, 12, 30}, {7, 20, 2, 4}, {.dilation = {3, 2}}, 1},
      {"few channels, groups", {2, 6, 7, 8}, {4, 3, 2, 2}, {.padding = 1}, 2},
      {"few channels, pointwise", {3, 5, 4, 4}, {3, 5, 1, 1}, {}, 1},
      {"many channels", {2, 32, 9, 8}, {40, 32, 3, 3}, {}, 1},
      {"sums over several panels", {1, 66, 4, 5}, {40, 66, 3, 3}, {}, 1},
      {"sums over several panels of narrower tiles", {1, 260, 4, 3}, {40, 260, 3, 3}, {}, 1},
      {"more channels than a tile", {1, 4, 9, 8}, {150, 4, 3, 3}, {.padding = 1}, 1},
      {"strides", {2, 4, 9, 8}, {5, 4, 3, 3}, {.stride = {2, 3}, .padding = 1}, 1},
      {"groups", {2, 6, 9, 8}, {70, 3, 3, 2}, {.padding = {0, 1}, .dilation = 2}, 2},
      {"more positions than a part", {1, 2, 40, 60}, {33, 2, 3, 3}, {}, 1},
  };
  for (const ConvCase& c : cases) {
    Rng rng(7);
    const core::ConvShape s = core::conv_shape("conv", c.x, c.weight, c.window, c.groups);
    const Tensor x = randn(c.x, rng);
    const Tensor weight = randn(c.weight, rng);
    const Tensor bias = randn({c.weight[0]}, rng);
    const std::vector<float> expected = plain_conv(s, x, weight, bias);
    for (const Cpu cpu : test::tiling_cpus()) {
      const test::WithCpu with(cpu);
      EXPECT_EQ(core::conv("conv", s, x, weight, bias).to_vector(), expected)
          << c.name << ", " << to_text(cpu);
    }
  }
}

}  // namespace
}  // namespace gradus
