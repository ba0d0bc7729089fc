// NoGrad of core/grad_mode.h, and what a tensor says about its gradient.
#include <gradus/core/grad_mode.h>
#include <gradus/core/tensor.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;

TEST(GradMode, gradients_belong_to_floating_leaves_and_have_their_shape_and_dtype) {
  Tensor w = zeros({2, 3});
  EXPECT_THROW(w.set_grad(zeros({2, 3})), GraphError);
  EXPECT_FALSE(w.grad());
  w.set_requires_grad();
  EXPECT_TRUE(w.requires_grad());
  EXPECT_FALSE(w.grad());
  expect_error<ShapeError>(
      [&] {
        w.set_grad(zeros({3, 2}));
      },
      "set_grad: gradient must have the shape [2, 3] of its tensor, got "
      "[3, 2]");
  expect_error<DtypeError>(
      [&] {
        w.set_grad(zeros({2, 3}, f64));
      },
      "set_grad: gradient must have the dtype f32 of its tensor, got f64");
  const Tensor g = ones({2, 3});
  w.set_grad(g);
  EXPECT_TRUE(w.grad().is(g));
  w.set_grad(Tensor());
  EXPECT_FALSE(w.grad());
  w.set_requires_grad(false);
  EXPECT_FALSE(w.requires_grad());
  Tensor labels = zeros({2}, i64);
  expect_error<DtypeError>([&] { labels.set_requires_grad(); },
                           "set_requires_grad: dtype must be f32 or f64, got i64");
}

TEST(GradMode, detach_shares_the_numbers_and_leaves_the_gradient_behind) {
  Tensor w = zeros({2});
  w.set_requires_grad();
  const Tensor d = w.detach();
  EXPECT_FALSE(d.requires_grad());
  EXPECT_TRUE(d.storage_ref() == w.storage_ref());
  fill(d, 3);
  EXPECT_EQ(w.to_vector(), (std::vector<float>{3, 3}));
}

TEST(GradMode, leaves_that_want_a_gradient_change_in_place_only_under_no_grad) {
  Tensor w = zeros({2});
  w.set_requires_grad();
  EXPECT_THROW(fill(w, 1), GraphError);
  EXPECT_THROW(copy(w, ones({2})), GraphError);
  EXPECT_EQ(w.to_vector(), (std::vector<float>{0, 0}));
  {
    const NoGrad off;
    EXPECT_FALSE(is_recording());
    { const NoGrad inner; }
    EXPECT_FALSE(is_recording());
    fill(w, 1);
  }
  EXPECT_TRUE(is_recording());
  EXPECT_EQ(w.to_vector(), (std::vector<float>{1, 1}));
}

TEST(ThreadsGradMode, no_grad_holds_for_its_own_thread_alone) {
  const NoGrad off;
  bool other = false;
  std::thread([&] { other = is_recording(); }).join();
  EXPECT_TRUE(other);
  EXPECT_FALSE(is_recording());
}

}  // namespace
}  // namespace gradus
