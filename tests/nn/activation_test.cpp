// Activations as layers.  Their functions have tests of their own.
#include <gradus/autograd/ops/activations.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

// The values of PyTorch 1.13 at -1 and 2, to six digits.
void expect_values(nn::Module& layer, double at_minus_1, double at_2) {
  const Tensor y = layer(from_vector<double>({-1, 2}, {2}));
  EXPECT_NEAR(y.to_vector<double>()[0], at_minus_1, 1e-6);
  EXPECT_NEAR(y.to_vector<double>()[1], at_2, 1e-6);
}

TEST(Activation, layers_have_the_defaults_of_pytorch) {
  nn::LeakyReLU leaky;
  expect_values(leaky, -0.01, 2);
  nn::ELU elu;
  expect_values(elu, -0.632121, 2);
  nn::GELU gelu;
  expect_values(gelu, -0.158655, 1.954500);
  nn::SiLU silu;
  expect_values(silu, -0.268941, 1.761594);
  nn::Softplus softplus;
  expect_values(softplus, 0.313262, 2.126928);
}

TEST(Activation, layers_pass_their_options_on) {
  nn::LeakyReLU leaky(0.2);
  expect_values(leaky, -0.2, 2);
  nn::ELU elu(2);
  expect_values(elu, -1.264241, 2);
  nn::GELU gelu(nn::GELU::Approximate::tanh);
  expect_values(gelu, -0.158808, 1.954598);
  nn::Softplus softplus(2, 3);
  expect_values(softplus, 0.063464, 2);
}

TEST(Activation, layers_stand_in_a_sequential) {
  nn::Sequential net(nn::LeakyReLU(0.5), nn::SiLU(), nn::GELU(), nn::ELU(), nn::Softplus());
  EXPECT_EQ(net(zeros({2, 3})).shape(), Shape({2, 3}));
}

TEST(Activation, layers_refuse_what_they_cannot_do) {
  test::expect_error<ValueError>([] { nn::Softplus layer(0); },
                                 "Softplus: beta must be positive, got 0");
  test::expect_error<ValueError>([] { nn::Softplus layer(-1); },
                                 "Softplus: beta must be positive, got -1");
  nn::GELU gelu;
  test::expect_error<DtypeError>(
      [&] { gelu(arange(3)); },
      "gelu: dtype must be f32 or f64, got i64; convert it with convert(x, f32)");
}

}  // namespace
}  // namespace gradus
