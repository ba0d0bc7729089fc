#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gradus/optim/clip.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/emulator.h"
#include "support/limits.h"
#include "support/naive.h"
#include "support/threads.h"
#include "support/with_gradient.h"

namespace gradus {
namespace {

using optim::clip_each_grad_norm;
using optim::clip_grad_norm;
using optim::clip_grad_value;
using optim::Norm;
using test::expect_error;
using test::kInf;
using test::with_gradient;
using V = std::vector<float>;

V grad_of(const Parameter& p) { return p.tensor.grad().to_vector(); }

TEST(Clip, scales_all_gradients_by_one_factor_and_returns_the_norm_before) {
  const Parameters p = {with_gradient("a", tensor({3, 0})), with_gradient("b", tensor({{-4}}))};
  EXPECT_EQ(clip_grad_norm(p, 1), 5);
  EXPECT_NEAR(grad_of(p[0])[0], 0.6, 2e-7);  // 3 / (5 + 1e-6)
  EXPECT_EQ(grad_of(p[0])[1], 0);
  EXPECT_NEAR(grad_of(p[1])[0], -0.8, 2e-7);
}

TEST(Clip, leaves_a_norm_below_the_limit_alone_to_the_bit) {
  const Parameters p = {with_gradient("a", tensor({3, 4}))};
  const std::uint64_t version = p[0].tensor.grad().storage().version();
  EXPECT_EQ(clip_grad_norm(p, 5.001), 5);
  EXPECT_EQ(clip_each_grad_norm(p, 5), 5);
  EXPECT_EQ(grad_of(p[0]), (V{3, 4}));
  EXPECT_EQ(p[0].tensor.grad().storage().version(), version);
}

TEST(Clip, shrinks_a_norm_of_just_the_limit_a_little_as_pytorch_does) {
  const Parameter p = with_gradient("a", from_vector<double>({3, 4}, {2}));
  clip_grad_norm({p}, 5);
  const auto g = p.tensor.grad().to_vector<double>();
  EXPECT_DOUBLE_EQ(g[0], 3 * (5 / (5 + 1e-6)));
  EXPECT_LT(g[0], 3);
}

TEST(Clip, knows_three_norms) {
  const auto clipped = [](Norm norm, double expected) {
    const Parameters p = {with_gradient("a", tensor({1, -2})), with_gradient("b", tensor({2}))};
    EXPECT_DOUBLE_EQ(clip_grad_norm(p, 0.5, norm), expected);
    EXPECT_NEAR(grad_of(p[0])[1], -2 * 0.5 / expected, 1e-6);
    EXPECT_NEAR(grad_of(p[1])[0], 2 * 0.5 / expected, 1e-6);
  };
  clipped(Norm::one, 5);
  clipped(Norm::two, 3);
  clipped(Norm::infinity, 2);
}

TEST(Clip, each_norm_scales_every_parameter_by_itself) {
  const Parameters p = {with_gradient("a", tensor({6, 8})), with_gradient("b", tensor({0.5, 0})),
                        with_gradient("c", tensor({0, -2}))};
  EXPECT_EQ(clip_each_grad_norm(p, 1), 10);
  EXPECT_NEAR(grad_of(p[0])[0], 0.6, 1e-7);
  EXPECT_NEAR(grad_of(p[0])[1], 0.8, 1e-7);
  EXPECT_EQ(grad_of(p[1]), (V{0.5, 0}));
  EXPECT_EQ(grad_of(p[2]), (V{0, -1}));
}

TEST(Clip, each_norm_finds_the_pieces_of_each_parameter) {
  // Of several pieces, of one, of none; each gradient has norm sqrt(n) times its element.
  Parameters p;
  const std::vector<Index> sizes = {50'000, 3, 0, 40'000, 1};
  for (const Index n : sizes) {
    p.push_back(with_gradient(std::to_string(n), full({n}, 7)));
  }
  EXPECT_NEAR(clip_each_grad_norm(p, 2), 7 * std::sqrt(50'000.0), 1e-9);
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    for (const float g : grad_of(p[k])) {
      ASSERT_NEAR(g, 2 / std::sqrt(double(sizes[k])), 2e-7) << sizes[k];
    }
  }
}

TEST(Clip, value_moves_elements_into_the_limits) {
  const Parameters p = {with_gradient("a", tensor({0.25, -0.5, 3, -3e30}))};
  clip_grad_value(p, 0.5);
  EXPECT_EQ(grad_of(p[0]), (V{0.25, -0.5, 0.5, -0.5}));
}

TEST(Clip, sums_squares_of_f32_gradients_without_overflow_or_underflow) {
  const Parameters large = {with_gradient("a", full({40'000}, 1e30)),
                            with_gradient("b", full({10'000}, -1e30))};
  const double e30 = 1e30F;
  EXPECT_NEAR(clip_grad_norm(large, 1) / (e30 * std::sqrt(50'000.0)), 1, 1e-12);
  EXPECT_NEAR(grad_of(large[0])[39'999] * std::sqrt(50'000.0), 1, 1e-6);
  EXPECT_NEAR(grad_of(large[1])[0] * std::sqrt(50'000.0), -1, 1e-6);
  const Parameters tiny = {with_gradient("a", full({4}, 1e-40))};
  EXPECT_NEAR(clip_grad_norm(tiny, 1) / (2 * double(1e-40F)), 1, 1e-12);
}

TEST(Clip, sums_squares_of_f64_gradients_without_overflow) {
  if (!test::has_wide_registers()) {
    GTEST_SKIP() << "the emulator's norm of f64 overflows";
  }
  const Parameters huge = {with_gradient("a", full({4}, 1e300, f64))};
  EXPECT_NEAR(clip_grad_norm(huge, 1) / 2e300, 1, 1e-12);
  EXPECT_NEAR(huge[0].tensor.grad().to_vector<double>()[3], 0.5, 1e-12);
}

TEST(Clip, scales_by_factors_that_f32_cannot_hold) {
  const Parameters p = {with_gradient("a", tensor({1e30}))};
  clip_grad_norm(p, 1e-20);  // by 1e-50
  EXPECT_NEAR(grad_of(p[0])[0], 1e-20, 1e-26);
}

TEST(Clip, skips_parameters_without_gradient) {
  Parameters p = {with_gradient("a", tensor({3, 4})),
                  {"b", zeros({2}).set_requires_grad()},
                  {"frozen", zeros({2})}};
  EXPECT_EQ(clip_grad_norm(p, 1), 5);
  EXPECT_NEAR(clip_each_grad_norm(p, 0.5), 1, 1e-6);
  clip_grad_value(p, 0.1);
  EXPECT_EQ(grad_of(p[0]), (V{0.1F, 0.1F}));
  EXPECT_FALSE(p[1].tensor.grad());
  p.erase(p.begin());
  EXPECT_EQ(clip_grad_norm(p, 1), 0);
  EXPECT_EQ(clip_each_grad_norm({}, 1), 0);
  clip_grad_value({}, 1);
}

TEST(Clip, changes_the_gradient_that_others_hold_and_counts_it) {
  const Parameter p = with_gradient("a", tensor({3, 4}));
  const Tensor held = p.tensor.grad();
  const std::uint64_t version = held.storage().version();
  clip_grad_norm({p}, 1);
  EXPECT_NEAR(held.to_vector()[0], 0.6, 2e-7);
  EXPECT_GT(held.storage().version(), version);
}

TEST(Clip, takes_gradients_in_any_memory_order) {
  const Parameters p = {with_gradient("t", core::transpose(tensor({{1, 2}, {3, 4}, {5, 6}}), 0, 1)),
                        with_gradient("e", core::expand(tensor({3, 4}), {2, 2}))};
  EXPECT_NEAR(clip_grad_norm(p, 1), std::sqrt(91.0 + 50), 1e-12);
  const double factor = 1 / std::sqrt(141.0);
  const std::vector<double> in_order = {1, 3, 5, 2, 4, 6};
  const std::vector<double> stretched = {3, 4, 3, 4};
  const V t = grad_of(p[0]);
  const V e = grad_of(p[1]);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(t[i], factor * in_order[i], 1e-6);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(e[i], factor * stretched[i], 1e-6);
  }
}

TEST(Clip, scales_a_gradient_that_two_parameters_share_once_for_each) {
  const Tensor shared = tensor({3, 4});
  const Parameters p = {with_gradient("a", shared), with_gradient("b", shared)};
  EXPECT_NEAR(clip_grad_norm(p, 1), std::sqrt(50.0), 1e-12);
  EXPECT_NEAR(grad_of(p[0])[0], 3 / std::sqrt(50.0), 1e-6);
  EXPECT_NEAR(grad_of(p[1])[0], 3 / std::sqrt(50.0), 1e-6);
  // A gradient that is its own parameter's memory: the parameter stays.
  Tensor w = tensor({3, 4}).set_requires_grad();
  w.set_grad(w.detach());
  clip_grad_value({{"w", w}}, 1);
  EXPECT_EQ(w.to_vector(), (V{3, 4}));
  EXPECT_EQ(w.grad().to_vector(), (V{1, 1}));
}

TEST(Clip, refuses_a_gradient_that_is_not_finite_and_changes_nothing) {
  const auto refused = [](double value, const std::string& text, auto clip) {
    Parameters p = {with_gradient("fine", tensor({3, 4})),
                    with_gradient("fc1.weight", ones({2, 3})), with_gradient("late", ones({2}))};
    p[1].tensor.grad().mutable_data<float>()[4] = float(value);
    p[1].tensor.grad().mutable_data<float>()[5] = NAN;
    p[2].tensor.grad().mutable_data<float>()[0] = NAN;
    expect_error<ValueError>(
        [&] { clip(p); },
        text +
            " at [1, 1], and 2 of 6 elements are not; look for log(0), 0/0 or overflow in the "
            "loss, or lower lr");
    EXPECT_EQ(grad_of(p[0]), (V{3, 4}));
    EXPECT_EQ(grad_of(p[1])[0], 1);
    EXPECT_EQ(grad_of(p[2])[1], 1);
  };
  const std::string what = ": gradient of 'fc1.weight' must be finite, got ";
  for (const auto& [value, text] :
       {std::pair(double(NAN), "nan"), {kInf, "inf"}, {-kInf, "-inf"}}) {
    for (const Norm norm : {Norm::one, Norm::two, Norm::infinity}) {
      refused(value, "clip_grad_norm" + what + text,
              [&](const Parameters& p) { clip_grad_norm(p, 1, norm); });
    }
    refused(value, "clip_each_grad_norm" + what + text,
            [](const Parameters& p) { clip_each_grad_norm(p, 1); });
    refused(value, "clip_grad_value" + what + text,
            [](const Parameters& p) { clip_grad_value(p, 1); });
  }
}

TEST(Clip, refuses_a_norm_that_overflows_double) {
  const Parameters p = {with_gradient("a", full({4}, 1.5e308, f64))};
  expect_error<ValueError>([&] { clip_grad_norm(p, 1); },
                           "clip_grad_norm: norm of the gradients must be finite, got inf from "
                           "finite ones of 1 parameters; lower lr or scale the loss down");
  EXPECT_EQ(p[0].tensor.grad().to_vector<double>()[0], 1.5e308);
  EXPECT_EQ(clip_grad_norm(p, 1, Norm::infinity), 1.5e308);
}

TEST(Clip, refuses_limits_that_are_not_above_zero) {
  const Parameters p = {with_gradient("a", tensor({3, 4}))};
  for (const auto& [limit, text] :
       {std::pair(0.0, "0"), {-1.0, "-1"}, {double(NAN), "nan"}, {kInf, "inf"}}) {
    const std::string must = std::string(" must be finite and above 0, got ") + text;
    expect_error<ValueError>([&, l = limit] { clip_grad_norm(p, l); },
                             "clip_grad_norm: max_norm" + must);
    expect_error<ValueError>([&, l = limit] { clip_each_grad_norm(p, l); },
                             "clip_each_grad_norm: max_norm" + must);
    expect_error<ValueError>([&, l = limit] { clip_grad_value(p, l); },
                             "clip_grad_value: limit" + must);
  }
  EXPECT_EQ(grad_of(p[0]), (V{3, 4}));
}

TEST(Clip, refuses_undefined_and_repeated_parameters) {
  const Parameter a = with_gradient("a", tensor({3, 4}));
  expect_error<ValueError>(
      [&] {
        clip_grad_norm({a, {"b", Tensor()}}, 1);
      },
      "clip_grad_norm: parameter 'b' must be defined");
  expect_error<ValueError>(
      [&] {
        clip_grad_norm({a, {"b", a.tensor}}, 1);
      },
      "clip_grad_norm: a parameter must be given once, got one as 'a' and as 'b'");
  EXPECT_EQ(grad_of(a), (V{3, 4}));
}

TEST(ThreadsClip, gives_the_same_bits_for_any_number_of_threads) {
  const auto run = [](int threads, Norm norm, std::vector<double>& norms) {
    const test::WithThreads with(threads);
    Rng rng(8);
    Parameters p;
    for (const Index n : {100'003, 5, 16'384, 70'000}) {
      p.push_back(with_gradient(std::to_string(n), randn({n}, rng)));
    }
    p.push_back(with_gradient("f64", convert(randn({333, 150}, rng), f64)));
    norms = {clip_grad_norm(p, 10, norm), clip_each_grad_norm(p, 2)};
    clip_grad_value(p, 0.01);
    std::vector<V> all;
    for (const Parameter& x : p) {
      all.push_back(convert(x.tensor.grad(), f32).to_vector());
    }
    return all;
  };
  for (const Norm norm : {Norm::one, Norm::two, Norm::infinity}) {
    std::vector<double> norms;
    const std::vector<V> expected = run(1, norm, norms);
    for (const int threads : {2, 3, 8}) {
      std::vector<double> found;
      EXPECT_EQ(run(threads, norm, found), expected);
      EXPECT_EQ(found, norms);
    }
  }
}

}  // namespace
}  // namespace gradus
