// Convolutions and pooling as operations: empty batches, gradients, threads.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

TEST(Conv, a_batch_of_none_gives_none_and_zero_gradients_of_the_parameters) {
  Tensor x = empty({0, 2, 5, 5}).set_requires_grad();
  Tensor weight = ones({4, 2, 3, 3}).set_requires_grad();
  Tensor bias = ones({4}).set_requires_grad();
  const Tensor y = conv2d(x, weight, bias);
  EXPECT_EQ(y.shape(), (Shape{0, 4, 3, 3}));
  sum(y).backward();
  EXPECT_EQ(x.grad().shape(), x.shape());
  EXPECT_EQ(weight.grad().to_vector(), std::vector<float>(72, 0));
  EXPECT_EQ(bias.grad().to_vector(), std::vector<float>(4, 0));
}

TEST(Conv, transposed_of_a_batch_of_none_gives_none_and_a_zero_gradient) {
  Tensor weight = ones({2, 4, 3, 3}).set_requires_grad();
  const Tensor y = conv_transpose2d(empty({0, 2, 5, 5}), weight);
  EXPECT_EQ(y.shape(), (Shape{0, 4, 7, 7}));
  sum(y).backward();
  EXPECT_EQ(weight.grad().to_vector(), std::vector<float>(72, 0));
}

TEST(Conv, an_average_by_convolution_is_average_pooling) {
  Rng rng(1);
  const Tensor x = randn({2, 1, 6, 6}, rng, 0, 1, f64);
  const Tensor y = conv2d(x, full({1, 1, 2, 3}, 1.0 / 6, f64), {}, {.stride = {2, 3}});
  const Tensor z = avg_pool2d(x, {2, 3});
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_NEAR(y.to_vector<double>()[i], z.to_vector<double>()[i], 1e-15);
  }
}

TEST(Conv, transposed_undoes_the_size_of_a_convolution_with_stride) {
  const Tensor x = ones({1, 1, 8, 7});
  const Tensor weight = ones({1, 1, 3, 3});
  const Tensor y = conv2d(x, weight, {}, {.stride = 2, .padding = 1});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 4, 4}));
  EXPECT_EQ(conv_transpose2d(y, weight, {}, {.stride = 2, .padding = 1, .output_padding = {1, 0}})
                .shape(),
            x.shape());
}

// y[b, o, i + k dilation - padding] += x[b, c, i] weight[c, o, k], rows and columns alike.
Tensor transposed_by_loops(const Tensor& x, const Tensor& weight, const Shape& shape,
                           const ConvTranspose2dOptions& o) {
  Tensor y = zeros(shape, f64);
  for (const test::Indices& at : test::all_indices(test::to_indices(x.shape()))) {
    for (Index channel = 0; channel < weight.size(1); ++channel) {
      for (Index i = 0; i < weight.size(2); ++i) {
        for (Index j = 0; j < weight.size(3); ++j) {
          const Index row = at[2] * o.stride.h + i * o.dilation.h - o.padding.h;
          const Index column = at[3] * o.stride.w + j * o.dilation.w - o.padding.w;
          if (row >= 0 && row < shape[2] && column >= 0 && column < shape[3]) {
            const Index place = ((at[0] * shape[1] + channel) * shape[2] + row) * shape[3] + column;
            y.mutable_data<double>()[place] +=
                test::element(x, at) * test::element(weight, {at[1], channel, i, j});
          }
        }
      }
    }
  }
  return y;
}

TEST(Conv, transposed_with_padding_of_the_output_sees_nothing_beyond_its_input) {
  for (const Index channels : {3, 40}) {
    for (const Index kernel : {1, 2}) {
      for (const Size2 more : {Size2(1, 0), Size2(0, 1), Size2(1, 1)}) {
        Rng rng(1);
        const Tensor x = randn({2, 3, 4, 50}, rng, 0, 1, f64);
        const Tensor weight = randn({3, channels, kernel, kernel}, rng, 0, 1, f64);
        const ConvTranspose2dOptions options{.output_padding = more, .dilation = 2};
        full({1'000'000}, 1e9, f64);  // what memory that is used again may hold
        const Tensor y = conv_transpose2d(x, weight, {}, options);
        const Tensor expected = transposed_by_loops(x, weight, y.shape(), options);
        for (Index i = 0; i < y.numel(); ++i) {
          ASSERT_NEAR(y.data<double>()[i], expected.data<double>()[i], 1e-12)
              << channels << ' ' << kernel << ' ' << to_text(more) << ' ' << i;
        }
      }
    }
  }
}

TEST(Pooling, a_batch_of_none_gives_none) {
  EXPECT_EQ(max_pool2d(empty({0, 2, 4, 4}), 2).shape(), (Shape{0, 2, 2, 2}));
  EXPECT_EQ(avg_pool2d(empty({0, 2, 4, 4}), 2).shape(), (Shape{0, 2, 2, 2}));
  EXPECT_EQ(adaptive_avg_pool2d(empty({0, 2, 4, 4}), {1, 3}).shape(), (Shape{0, 2, 1, 3}));
}

TEST(MaxPool, gradient_goes_to_the_first_of_equal_ones_and_adds_up_where_windows_overlap) {
  Tensor x = from_vector<float>({1, 3, 3, 0}, {1, 1, 1, 4}).set_requires_grad();
  const Tensor y = max_pool2d(x, {1, 2}, {.stride = 1});
  backward(y, {.upstream = from_vector<float>({1, 10, 100}, {1, 1, 1, 3})});
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{0, 11, 100, 0}));
}

TEST(ThreadsConv, gradients_are_the_same_bits_for_any_number_of_threads) {
  const auto run = [](int threads) {
    const test::WithThreads with(threads);
    Rng rng(3);
    Tensor x = randn({7, 3, 41, 40}, rng).set_requires_grad();
    Tensor weight = randn({8, 3, 3, 3}, rng).set_requires_grad();
    Tensor bias = randn({8}, rng).set_requires_grad();
    const Tensor y = max_pool2d(conv2d(x, weight, bias), 3, {.stride = 2, .padding = 1});
    const Tensor z = adaptive_avg_pool2d(avg_pool2d(y, 3, {.stride = 1}), {2, 3});
    sum(z * z).backward();
    std::vector<float> all = z.to_vector();
    for (const Tensor& leaf : {x, weight, bias}) {
      const std::vector<float> dx = leaf.grad().to_vector();
      all.insert(all.end(), dx.begin(), dx.end());
    }
    return all;
  };
  const std::vector<float> one = run(1);
  EXPECT_EQ(run(2), one);
  EXPECT_EQ(run(3), one);
}

}  // namespace
}  // namespace gradus
