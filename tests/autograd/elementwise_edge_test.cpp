// Functions of each element where they bend, end or overflow: values and derivatives by hand.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/powers.h>
#include <gradus/autograd/ops/reduce.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "support/limits.h"

namespace gradus {
namespace {

using test::kInf;
using test::kNan;

using Values = std::vector<double>;
using Function = std::function<Tensor(const Tensor&)>;

Values slopes(const Function& f, const Values& at) {
  Tensor x = from_vector(at, {static_cast<Index>(at.size())}).set_requires_grad();
  sum(f(x)).backward();
  return x.grad().to_vector<double>();
}
Values values(const Function& f, const Values& at) {
  return f(from_vector(at, {static_cast<Index>(at.size())})).to_vector<double>();
}

TEST(ElementwiseEdge, equal_operands_share_the_gradient_of_maximum_and_minimum) {
  const auto zero = [](const Tensor& x) { return zeros(x.shape(), f64); };
  const Values at = {-1, 0, 2};
  EXPECT_EQ(slopes([&](const Tensor& x) { return maximum(x, zero(x)); }, at), (Values{0, 0.5, 1}));
  EXPECT_EQ(slopes([&](const Tensor& x) { return maximum(zero(x), x); }, at), (Values{0, 0.5, 1}));
  EXPECT_EQ(slopes([&](const Tensor& x) { return minimum(x, zero(x)); }, at), (Values{1, 0.5, 0}));
  EXPECT_EQ(slopes([&](const Tensor& x) { return minimum(zero(x), x); }, at), (Values{1, 0.5, 0}));
}

TEST(ElementwiseEdge, maximum_minimum_and_clamp_pass_nan_on) {
  const Tensor one = ones({2}, f64);
  for (const double y : values([&](const Tensor& x) { return maximum(x, one); }, {kNan, kNan})) {
    EXPECT_TRUE(std::isnan(y));
  }
  for (const double y : values([&](const Tensor& x) { return minimum(one, x); }, {kNan, kNan})) {
    EXPECT_TRUE(std::isnan(y));
  }
  EXPECT_TRUE(std::isnan(values([](const Tensor& x) { return clamp(x, 0, 1); }, {kNan})[0]));
}

TEST(ElementwiseEdge, clamp_has_slope_1_at_its_bounds) {
  const auto both = [](const Tensor& x) { return clamp(x, -1, 2); };
  EXPECT_EQ(values(both, {-kInf, -1, 0, 2, 3}), (Values{-1, -1, 0, 2, 2}));
  EXPECT_EQ(slopes(both, {-3, -1, 0, 2, 3, kNan}), (Values{0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(slopes([](const Tensor& x) { return clamp(x, 1); }, {0, 1, 2}), (Values{0, 1, 1}));
  EXPECT_EQ(slopes([](const Tensor& x) { return clamp(x, {}, 1); }, {0, 1, 2}), (Values{1, 1, 0}));
  EXPECT_EQ(values([](const Tensor& x) { return clamp(x, 2, 1); }, {0, 5}), (Values{1, 1}));
}

TEST(ElementwiseEdge, roots_absolute_value_and_sign_at_0) {
  EXPECT_EQ(slopes([](const Tensor& x) { return sqrt(x); }, {0, 4}), (Values{kInf, 0.25}));
  EXPECT_EQ(values([](const Tensor& x) { return rsqrt(x); }, {0, 4}), (Values{kInf, 0.5}));
  EXPECT_EQ(slopes([](const Tensor& x) { return abs(x); }, {-2, 0, 2}), (Values{-1, 0, 1}));
  const auto signs = [](const Tensor& x) { return sign(x); };
  EXPECT_EQ(values(signs, {-kInf, -2, 0, 0.5}), (Values{-1, -1, 0, 1}));
  EXPECT_TRUE(std::isnan(values(signs, {kNan})[0]));
  EXPECT_EQ(slopes(signs, {-2, 0, kNan}), (Values{0, 0, 0}));
}

TEST(ElementwiseEdge, powers_of_0_and_of_negative_numbers) {
  const auto to = [](double n) {
    return [n](const Tensor& x) { return pow(x, full(x.shape(), n, f64)); };
  };
  EXPECT_EQ(values(to(0), {0, -2, kNan}), (Values{1, 1, 1}));
  EXPECT_EQ(slopes(to(0), {0, -2}), (Values{0, 0}));
  EXPECT_EQ(values(to(3), {-2, 0}), (Values{-8, 0}));
  EXPECT_EQ(slopes(to(3), {-2, 0}), (Values{12, 0}));
  EXPECT_EQ(slopes(to(1), {0}), (Values{1}));
  EXPECT_TRUE(std::isnan(values(to(0.5), {-2})[0]));
  // By the exponent.
  EXPECT_EQ(values([](const Tensor& n) { return pow(0, n); }, {0, 2, -1}), (Values{1, 0, kInf}));
  EXPECT_EQ(slopes([](const Tensor& n) { return pow(0, n); }, {0, 2, -1}), (Values{0, 0, -kInf}));
  EXPECT_EQ(slopes([](const Tensor& n) { return pow(zeros(n.shape(), f64), n); }, {0, 2}),
            (Values{0, 0}));
  EXPECT_TRUE(std::isnan(slopes([](const Tensor& n) { return pow(-2, n); }, {2})[0]));
}

TEST(ElementwiseEdge, relatives_of_relu_bend_at_0_as_documented) {
  EXPECT_EQ(slopes([](const Tensor& x) { return leaky_relu(x, 0.1); }, {-2, 0, 2}),
            (Values{0.1, 0.1, 1}));
  EXPECT_EQ(slopes([](const Tensor& x) { return elu(x, 2); }, {0, 2}), (Values{2, 1}));
  EXPECT_EQ(slopes([](const Tensor& x) { return softplus(x, 2, 4); }, {0, 2.5}), (Values{0.5, 1}));
}

// First and second derivatives, in both dtypes, to the largest finite numbers.
TEST(ElementwiseEdge, activations_of_large_numbers_do_not_overflow) {
  const std::pair<const char*, Function> all[] = {
      {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
      {"softplus", [](const Tensor& x) { return softplus(x); }},
      {"softplus_high", [](const Tensor& x) { return softplus(x, 1, 1e300); }},
      {"silu", [](const Tensor& x) { return silu(x); }},
      {"gelu", [](const Tensor& x) { return gelu(x); }},
      {"gelu_tanh", [](const Tensor& x) { return gelu_tanh(x); }},
      {"elu", [](const Tensor& x) { return elu(x); }},
      {"tanh", [](const Tensor& x) { return tanh(x); }}};
  for (const Dtype dtype : {f32, f64}) {
    const double most = dtype == f32 ? 3.4e38 : 1.7e308;
    const Tensor x = convert(from_vector<double>(
                                 {-most, -1e20, -1000, -100, -20, 20, 100, 1000, 1e20, most}, {10}),
                             dtype)
                         .set_requires_grad();
    for (const auto& [name, f] : all) {
      const Tensor y = f(x);
      EXPECT_EQ(sum(convert(isfinite(y), f64)).item(), 10) << name << to_text(y);
      const Tensor plain = grad({sum(y)}, {x}, {.retain_graph = true})[0];
      EXPECT_EQ(sum(convert(isfinite(plain), f64)).item(), 10) << name << to_text(plain);
      const Tensor slope = grad({sum(y)}, {x}, {.create_graph = true})[0];
      const Tensor bend = grad({sum(slope)}, {x})[0];
      EXPECT_EQ(sum(convert(isfinite(bend), f64)).item(), 10) << name << to_text(bend);
    }
  }
}

TEST(ElementwiseEdge, what_a_mask_leaves_out_has_no_gradient_even_from_nan) {
  Tensor x = from_vector<double>({-1, 2}, {2}).set_requires_grad();
  const Tensor y = where(x > 0, log(x), 0);
  EXPECT_EQ(y.to_vector<double>(), (Values{0, std::log(2.0)}));
  backward(y, {.upstream = from_vector<double>({kNan, 1}, {2})});
  EXPECT_EQ(x.grad().to_vector<double>(), (Values{-0.0, 0.5}));
}

}  // namespace
}  // namespace gradus
