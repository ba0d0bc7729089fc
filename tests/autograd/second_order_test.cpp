// Derivatives of derivatives: every smooth operation of the table, against central differences of
// its first derivative.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/grad_check.h>
#include <gtest/gtest.h>

#include "support/cases.h"

namespace gradus {
namespace {

using test::Case;
using test::OpRow;
using test::Tensors;

// The first derivative by all inputs in one number, each element with a weight of its own.
Tensor weighted_gradient(const Case& c, const Tensors& x) {
  const GradMode recording(true);
  const Tensor y = c.f(x);
  Tensor total = zeros({}, f64);
  Rng rng(3);
  const std::vector<Tensor> dx = grad({y}, x,
                                      {.upstream = {rand(y.shape(), rng, 0.5, 1.5, f64)},
                                       .create_graph = true,
                                       .allow_unused = true});
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (dx[i]) {
      total = total + sum(dx[i] * rand(x[i].shape(), rng, 0.5, 1.5, f64));
    }
    total = total + sum(x[i]) * 0;  // a history, although the derivative may be constant
  }
  return total;
}

class SecondOrder : public testing::TestWithParam<const OpRow*> {};

TEST_P(SecondOrder, derivatives_agree_with_central_differences_of_the_first) {
  for (const Case& c : cases_of(*GetParam())) {
    Tensors leaves = c.leaves;
    for (Tensor& x : leaves) {
      x.set_requires_grad();
    }
    const auto first = [&](const Tensors& x) { return weighted_gradient(c, x); };
    const GradCheckResult result =
        check_gradients(first, leaves, {.absolute = 1e-7, .relative = 1e-7});
    EXPECT_TRUE(result) << c.name << ": " << result.report;
  }
}

// One pass and recorded operations: two forms of one derivative.
TEST_P(SecondOrder, recording_a_derivative_does_not_change_it) {
  for (const Case& c : cases_of(*GetParam())) {
    Tensors leaves = c.leaves;
    for (Tensor& x : leaves) {
      x.set_requires_grad();
    }
    const Tensor y = c.f(leaves);
    const GradOptions options{.upstream = {full(y.shape(), 0.7, f64)}, .retain_graph = true};
    GradOptions recorded = options;
    recorded.create_graph = true;
    const std::vector<Tensor> plain = grad({y}, leaves, options);
    const std::vector<Tensor> other = grad({y}, leaves, recorded);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const std::vector<double> a = plain[i].to_vector<double>();
      const std::vector<double> b = other[i].to_vector<double>();
      for (std::size_t k = 0; k < a.size(); ++k) {
        ASSERT_NEAR(a[k], b[k], 1e-13 * (1 + std::fabs(a[k]))) << c.name;
      }
    }
  }
}

std::string name_of(const testing::TestParamInfo<const OpRow*>& info) { return info.param->name; }

std::vector<const OpRow*> smooth_rows() {
  return test::op_rows([](const OpRow& row) { return row.smooth; });
}

INSTANTIATE_TEST_SUITE_P(Ops, SecondOrder, testing::ValuesIn(smooth_rows()), name_of);

TEST(HessianVectorProduct, is_that_of_a_quadratic_and_of_a_cubic) {
  const Tensor x = from_vector<double>({1, -2}, {2}).set_requires_grad();
  const Tensor y = from_vector<double>({3}, {1}).set_requires_grad();
  // x0^3 + x0 x1 y: by hand, H = [[6 x0, y, x1], [y, 0, x0], [x1, x0, 0]].
  const Tensor x0 = select(x, 0, 0);
  const Tensor loss = pow(x0, 3) + x0 * select(x, 0, 1) * select(y, 0, 0);
  const std::vector<Tensor> product = hessian_vector_product(
      loss, {x, y}, {from_vector<double>({1, 2}, {2}), from_vector<double>({-1}, {1})});
  EXPECT_EQ(product[0].to_vector<double>(), (std::vector<double>{6 + 6 + 2, 3 - 1}));
  EXPECT_EQ(product[1].to_vector<double>(), (std::vector<double>{-2 + 2}));
  EXPECT_FALSE(x.grad());
}

TEST(CreateGraph, goes_on_to_any_order) {
  Tensor x = from_vector<double>({0.5}, {}).set_requires_grad();
  Tensor y = exp(x * 2);
  for (int order = 1; order <= 5; ++order) {
    y = grad({y}, {x}, {.create_graph = true})[0];
    EXPECT_NEAR(y.item(), std::pow(2, order) * std::exp(1.0), 1e-12 * std::pow(2, order)) << order;
  }
}

}  // namespace
}  // namespace gradus
