#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gradus/nn/linear.h>
#include <gradus/optim/check_gradients.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/limits.h"
#include "support/naive.h"
#include "support/threads.h"
#include "support/with_gradient.h"

namespace gradus {
namespace {

using optim::check_gradients;
using test::expect_error;
using test::kInf;
using test::with_gradient;

std::string message(const std::string& name, const std::string& found, const std::string& count) {
  return "check_gradients: gradient of '" + name + "' must be finite, got " + found + ", and " +
         count + " elements are not; look for log(0), 0/0 or overflow in the loss, or lower lr";
}

TEST(CheckGradients, passes_every_finite_gradient_and_none) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  check_gradients({});
  check_gradients({with_gradient("zero", zeros({40'000})),
                   with_gradient("large", full({40'000}, kLargest)),
                   with_gradient("minus", full({17}, -kLargest)),
                   with_gradient("f64", full({3}, std::numeric_limits<double>::max(), f64)),
                   with_gradient("tiny", full({3}, 1e-45)),
                   with_gradient("empty", zeros({0, 3})),
                   {"none", zeros({2}).set_requires_grad()},
                   {"frozen", full({2}, NAN)}});
}

TEST(CheckGradients, names_the_first_parameter_and_its_first_element) {
  Tensor g = ones({2, 3, 4});
  g.mutable_data<float>()[17] = -std::numeric_limits<float>::infinity();
  g.mutable_data<float>()[23] = NAN;
  const Parameters p = {with_gradient("fine", ones({3})), with_gradient("fc1.weight", g),
                        with_gradient("worse", full({2}, NAN))};
  expect_error<ValueError>([&] { check_gradients(p); },
                           message("fc1.weight", "-inf at [1, 1, 1]", "2 of 24"));
  expect_error<ValueError>([&] { check_gradients({p[2]}); },
                           message("worse", "nan at [0]", "2 of 2"));
  expect_error<ValueError>([&] { check_gradients({with_gradient("s", full({}, kInf, f64))}); },
                           message("s", "inf at []", "1 of 1"));
}

TEST(CheckGradients, finds_a_single_element_wherever_it_is) {
  for (const Dtype dtype : {f32, f64}) {
    for (const Index n : {1, 15, 16, 33, 16'384, 50'000}) {
      for (const Index at : {Index{0}, n / 2, n - 1}) {
        Tensor g = ones({n}, dtype);
        visit_floating("test", dtype,
                       [&](auto zero) { g.mutable_data<decltype(zero)>()[at] = NAN; });
        expect_error<ValueError>(
            [&] { check_gradients({with_gradient("g", g)}); },
            message("g", "nan at [" + std::to_string(at) + "]", "1 of " + std::to_string(n)));
      }
    }
  }
}

TEST(CheckGradients, indexes_a_strided_gradient_by_its_shape) {
  Tensor g = ones({3, 2});
  g.mutable_data<float>()[5] = NAN;  // [2, 1], transposed [1, 2]
  g.mutable_data<float>()[2] = NAN;  // [1, 0], transposed [0, 1]
  expect_error<ValueError>([&] { check_gradients({with_gradient("g", core::transpose(g, 0, 1))}); },
                           message("g", "nan at [0, 1]", "2 of 6"));
}

TEST(CheckGradients, speaks_in_the_name_of_its_caller_and_changes_nothing) {
  const Parameter p = with_gradient("w", tensor({1, NAN}));
  const Tensor g = p.tensor.grad();
  const std::uint64_t version = g.storage().version();
  expect_error<ValueError>([&] { check_gradients({p}, "train_mnist: step 7"); },
                           "train_mnist: step 7: gradient of 'w' must be finite, got nan at [1], "
                           "and 1 of 2 elements are not; look for log(0), 0/0 or overflow in the "
                           "loss, or lower lr");
  EXPECT_TRUE(p.tensor.grad().is(g));
  EXPECT_EQ(g.storage().version(), version);
  EXPECT_EQ(g.to_vector()[0], 1);
  expect_error<ValueError>(
      [] {
        check_gradients({{"b", Tensor()}});
      },
      "check_gradients: parameter 'b' must be defined");
}

TEST(CheckGradients, takes_an_optimizer_or_a_module_for_its_parameters) {
  Rng rng(1);
  nn::Linear net(2, 1, rng);
  optim::Optimizer<optim::SGD> opt;
  opt.add_group({{"fine", ones({2}).set_requires_grad()}});
  opt.add_group(net.parameters());
  const auto& same = opt;
  check_gradients(opt);
  check_gradients(net);
  net.parameters()[1].tensor.set_grad(full({1}, kInf));
  expect_error<ValueError>([&] { check_gradients(same); }, message("bias", "inf at [0]", "1 of 1"));
  expect_error<ValueError>([&] { check_gradients(net); }, message("bias", "inf at [0]", "1 of 1"));
}

TEST(ThreadsCheckGradients, name_the_same_parameter_for_any_number_of_threads) {
  Parameters p;
  for (int k = 0; k < 40; ++k) {
    Tensor g = ones({20'000});
    if (k >= 11) {
      g.mutable_data<float>()[20'000 - k] = NAN;
    }
    p.push_back(with_gradient(std::to_string(k), g));
  }
  for (const int threads : {1, 2, 4}) {
    const test::WithThreads with(threads);
    for (int i = 0; i < 20; ++i) {
      expect_error<ValueError>([&] { check_gradients(p); },
                               message("11", "nan at [19989]", "1 of 20000"));
    }
  }
}

}  // namespace
}  // namespace gradus
