// Sequential runs a Conv2d and the ReLU that follows it as one operation, unless somebody sees what
// goes from one to the other.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/to_dot.h>
#include <gradus/autograd/watch.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/hooks.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

struct OwnConv : nn::Conv2d {
  using nn::Conv2d::Conv2d;
  Tensor forward(const Tensor& x) override { return nn::Conv2d::forward(x) - 0.5; }
};

struct OwnPool : nn::MaxPool2d {
  using nn::MaxPool2d::MaxPool2d;
  Tensor forward(const Tensor& x) override { return nn::MaxPool2d::forward(x) - 0.5; }
};

// "conv2d_relu" is part of the longer name.
bool is_one_operation(nn::Sequential& net, const char* name = "conv2d_relu") {
  return to_dot(net(ones({1, 2, 5, 5}))).find(name) != std::string::npos;
}

TEST(SequentialFused, runs_a_convolution_with_its_relu_to_the_same_bits) {
  Rng rng(1);
  nn::Sequential net(nn::Conv2d(2, 6, 3, rng), nn::ReLU(), nn::Conv2d(6, 20, 2, rng), nn::ReLU(),
                     nn::MaxPool2d(2), nn::Conv2d(20, 30, 1, rng), nn::ReLU(),
                     nn::MaxPool2d(2, {.stride = 1}), nn::Conv2d(30, 3, 1, rng));
  const Tensor x = randn({16, 2, 9, 8}, rng);
  const auto gradients = [&](const Tensor& y) {
    net.zero_grad();
    sum(y).backward();
    std::vector<std::vector<float>> all = {y.to_vector()};
    for (const Parameter& p : net.parameters()) {
      all.push_back(p.tensor.grad().to_vector());
    }
    return all;
  };
  EXPECT_NE(to_dot(net(x)).find("conv2d_relu_max_pool2d"), std::string::npos);
  Tensor y = x;
  for (std::size_t i = 0; i < net.size(); ++i) {
    y = net[i](y);
  }
  EXPECT_EQ(gradients(net(x)), gradients(y));
}

TEST(SequentialFused, shows_hooks_what_goes_from_one_layer_to_the_next) {
  Rng rng(1);
  for (const std::size_t hooked : {0U, 1U}) {
    nn::Sequential net(nn::Conv2d(2, 6, 3, rng), nn::ReLU());
    bool called = false;
    nn::on_forward(net[hooked], [&](nn::Module&, const Tensor& x, const Tensor& y) {
      called = true;
      EXPECT_EQ(x.shape() == y.shape(), hooked == 1);
    });
    EXPECT_FALSE(is_one_operation(net));
    EXPECT_TRUE(called);
  }
}

TEST(SequentialFused, takes_pooling_along_unless_somebody_sees_it) {
  const char* const all = "conv2d_relu_max_pool2d";
  Rng rng(1);
  nn::Sequential net(nn::Conv2d(2, 6, 3, rng), nn::ReLU(), nn::MaxPool2d(2));
  EXPECT_TRUE(is_one_operation(net, all));
  nn::Sequential with_own(nn::Conv2d(2, 6, 3, rng), nn::ReLU(), OwnPool(2));
  EXPECT_TRUE(is_one_operation(with_own));
  EXPECT_FALSE(is_one_operation(with_own, all));
  {
    const KeepValues keep;
    EXPECT_FALSE(is_one_operation(net));
  }
  bool called = false;
  nn::on_forward(net[2], [&](nn::Module&, const Tensor&, const Tensor&) { called = true; });
  EXPECT_FALSE(is_one_operation(net, all));
  EXPECT_TRUE(is_one_operation(net));
  EXPECT_TRUE(called);
}

TEST(SequentialFused, shows_those_who_watch_both_operations) {
  Rng rng(1);
  nn::Sequential net(nn::Conv2d(2, 6, 3, rng), nn::ReLU());
  const KeepValues keep;
  EXPECT_FALSE(is_one_operation(net));
}

TEST(SequentialFused, leaves_classes_alone_that_were_made_from_a_convolution) {
  Rng rng(1);
  OwnConv own(2, 6, 3, rng);
  nn::Sequential net(own, nn::ReLU());
  EXPECT_FALSE(is_one_operation(net));
  const Tensor x = randn({1, 2, 5, 5}, rng);
  EXPECT_EQ(own.with_relu(x).to_vector(), relu(own(x)).to_vector());
}

}  // namespace
}  // namespace gradus
