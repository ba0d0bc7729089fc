#include <gradus/autograd/ops/functions.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/residual.h>
#include <gtest/gtest.h>

#include "support/naive.h"
#include "support/parameter_names.h"

namespace gradus {
namespace {

using test::expect_error;
using test::names;

TEST(Residual, adds_what_goes_in_to_what_its_layers_make) {
  Rng rng(1);
  nn::Linear fc(3, 3, rng);
  nn::Residual block(fc, nn::ReLU());
  const Tensor x = tensor({{1, -2, 3}, {0, 1, -1}});
  EXPECT_EQ(names(block.parameters()), (std::vector<std::string>{"0.weight", "0.bias"}));
  const std::vector<float> y = block(x).to_vector();
  const std::vector<float> f = relu(fc(x)).to_vector();
  const std::vector<float> in = x.to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_EQ(y[i], in[i] + f[i]);
  }
}

TEST(Residual, stands_in_a_sequential_and_takes_one) {
  Rng rng(1);
  nn::Sequential inner(nn::Linear(3, 2, rng), nn::Linear(2, 3, rng));
  nn::Residual block(std::move(inner));
  nn::Sequential net(std::move(block), nn::Identity());
  EXPECT_EQ(names(net.parameters()),
            (std::vector<std::string>{"0.0.0.weight", "0.0.0.bias", "0.0.1.weight", "0.0.1.bias"}));
  EXPECT_EQ(net(ones({2, 3})).shape(), (Shape{2, 3}));
  nn::Residual outer(nn::Residual(nn::Linear(3, 3, rng)), nn::ReLU());
  EXPECT_EQ(names(outer.parameters()), (std::vector<std::string>{"0.0.weight", "0.0.bias"}));
  EXPECT_EQ(outer(ones({2, 3})).shape(), (Shape{2, 3}));
}

TEST(Sequential, nests) {
  Rng rng(1);
  nn::Sequential first(nn::Sequential(nn::Linear(3, 2, rng)), nn::ReLU());
  EXPECT_EQ(names(first.parameters()), (std::vector<std::string>{"0.0.weight", "0.0.bias"}));
  nn::Sequential alone;
  alone.add(nn::Sequential(nn::Linear(3, 2, rng)));
  EXPECT_EQ(names(alone.parameters()), (std::vector<std::string>{"0.0.weight", "0.0.bias"}));
  const nn::Sequential moved(std::move(alone));
  EXPECT_EQ(moved.size(), 1U);
  EXPECT_EQ(first(ones({2, 3})).shape(), (Shape{2, 2}));
}

TEST(Residual, refuses_layers_that_change_the_shape) {
  Rng rng(1);
  nn::Residual block(nn::Linear(3, 1, rng));
  nn::Residual flat{nn::Flatten()};
  expect_error<ShapeError>(
      [&] {
        block(ones({2, 3}));
      },
      "Residual: layers must keep the shape [2, 3], got [2, 1]");
  expect_error<ShapeError>(
      [&] {
        flat(ones({2, 3, 4}));
      },
      "Residual: layers must keep the shape [2, 3, 4], got [2, 12]");
}

TEST(Identity, gives_what_it_gets) {
  const Tensor x = ones({2});
  EXPECT_TRUE(nn::Identity()(x).is(x));
}

}  // namespace
}  // namespace gradus
