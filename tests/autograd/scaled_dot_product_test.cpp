// Attention head by head against its plain twin of three operations.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/autograd/to_dot.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/threads.h"

namespace gradus {
namespace {

using Attend = Tensor (*)(const Tensor& q, const Tensor& k, const Tensor& v,
                          const AttentionOptions& options);

Tensor in_three_operations(const Tensor& q, const Tensor& k, const Tensor& v,
                           const AttentionOptions& options) {
  const Tensor scores = matmul(q, transpose(k, -2, -1));
  return matmul(attention_weights(scores, 1 / std::sqrt(double(q.size(-1))), options), v);
}

struct Shapes {
  const char* name;
  Shape q, k, v;
  bool by_embedding;  ///< heads lie side by side in memory
};

const std::vector<Shapes> kShapes = {
    {"one head", {5, 4}, {7, 4}, {7, 3}, false},
    {"heads", {2, 3, 20, 16}, {2, 3, 24, 16}, {2, 3, 24, 9}, false},
    {"heads of an embedding", {2, 3, 20, 16}, {2, 3, 24, 16}, {2, 3, 24, 9}, true},
    {"one query", {2, 3, 1, 16}, {2, 3, 24, 16}, {2, 3, 24, 16}, true},
    {"numbers of size 1", {2, 3, 5, 1}, {2, 3, 6, 1}, {2, 3, 6, 1}, true},
    {"heads that share keys", {2, 3, 5, 4}, {3, 6, 4}, {6, 2}, false},
    {"no queries", {2, 0, 4}, {2, 6, 4}, {2, 6, 3}, false},
    {"no keys", {2, 5, 4}, {2, 0, 4}, {2, 0, 3}, false},
};

// y and the gradients of q, k and v.
std::vector<Tensor> run(Attend attend, const Shapes& shapes, const AttentionOptions& options) {
  Rng rng(8);
  std::vector<Tensor> leaves;
  std::vector<Tensor> seen;
  for (const Shape& shape : {shapes.q, shapes.k, shapes.v}) {
    Shape stored = shape;
    if (shapes.by_embedding) {
      std::swap(stored[1], stored[2]);
    }
    leaves.push_back(randn(stored, rng, 0, 1, f64).set_requires_grad());
    seen.push_back(shapes.by_embedding ? transpose(leaves.back(), 1, 2) : leaves.back());
  }
  const Tensor y = attend(seen[0], seen[1], seen[2], options);
  backward(y, {.upstream = randn(y.shape(), rng, 0, 1, f64)});
  return {y, leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
}

Tensor some_keys(const Shape& shape) {
  Tensor mask = ones(shape, u8);
  for (Index i = 1; i < mask.numel(); i += 4) {
    mask.mutable_data<std::uint8_t>()[i] = 0;
  }
  return mask;
}

TEST(ScaledDotProduct, gives_the_results_and_gradients_of_three_operations) {
  for (const Shapes& shapes : kShapes) {
    const Index queries = shapes.q[shapes.q.rank() - 2];
    const Index keys = shapes.k[shapes.k.rank() - 2];
    const Tensor some = some_keys({queries, keys});
    for (const AttentionOptions& options :
         {AttentionOptions{}, {.causal = true}, {.mask = some}, {.mask = some, .causal = true}}) {
      const std::vector<Tensor> one = run(scaled_dot_product_attention, shapes, options);
      const std::vector<Tensor> three = run(in_three_operations, shapes, options);
      for (std::size_t i = 0; i < one.size(); ++i) {
        ASSERT_EQ(one[i].shape(), three[i].shape()) << shapes.name;
        if (one[i].numel() > 0) {
          EXPECT_LT(max(abs(one[i] - three[i])).item(), 1e-13) << shapes.name << " " << i;
        }
      }
    }
  }
}

TEST(ScaledDotProduct, takes_masks_that_broadcast) {
  const Shapes& shapes = kShapes[2];
  for (const Shape& mask : {Shape{24}, {2, 1, 1, 24}, {3, 20, 24}, {2, 3, 20, 24}}) {
    const AttentionOptions options{.mask = some_keys(mask)};
    const std::vector<Tensor> one = run(scaled_dot_product_attention, shapes, options);
    const std::vector<Tensor> three = run(in_three_operations, shapes, options);
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_LT(max(abs(one[i] - three[i])).item(), 1e-13) << to_text(mask) << " " << i;
    }
  }
}

TEST(ScaledDotProduct, is_one_operation_for_heads_that_fit_the_cache) {
  const auto graph_of = [](const Shape& shape) {
    return to_dot(
        scaled_dot_product_attention(zeros(shape).set_requires_grad(), zeros(shape), zeros(shape)));
  };
  EXPECT_NE(graph_of({2, 256, 4}).find("scaled_dot_product_attention"), std::string::npos);
  EXPECT_EQ(graph_of({2, 257, 4}).find("scaled_dot_product_attention"), std::string::npos);
}

TEST(ScaledDotProduct, looks_only_at_what_the_gradients_that_are_wanted_need) {
  const auto gradients = [](Attend attend, int wanted, bool change) {
    Rng rng(9);
    std::vector<Tensor> x;
    for (int i = 0; i < 3; ++i) {
      x.push_back(randn({2, 6, 4}, rng, 0, 1, f64));
      x.back().set_requires_grad(wanted >> i & 1);
    }
    const Tensor y = attend(x[0], x[1], x[2], {});
    if (change) {  // the values' gradient needs none of them
      const NoGrad no_grad;
      for (Tensor& operand : x) {
        fill(operand, 3);
      }
    }
    backward(y, {.upstream = full(y.shape(), 0.5, f64)});
    std::vector<std::vector<double>> all;
    for (const Tensor& leaf : x) {
      all.push_back(leaf.grad() ? leaf.grad().to_vector<double>() : std::vector<double>());
    }
    return all;
  };
  for (int wanted = 1; wanted < 8; ++wanted) {
    const auto one = gradients(scaled_dot_product_attention, wanted, false);
    const auto three = gradients(in_three_operations, wanted, false);
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(one[i].size(), three[i].size()) << wanted;
      for (std::size_t j = 0; j < one[i].size(); ++j) {
        EXPECT_NEAR(one[i][j], three[i][j], 1e-14) << wanted;
      }
    }
  }
  EXPECT_EQ(gradients(scaled_dot_product_attention, 4, true),
            gradients(scaled_dot_product_attention, 4, false));
}

TEST(ScaledDotProduct, keeps_nan_beside_scores_of_minus_infinity) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Index n : {2, 20}) {
    for (const bool masked : {false, true}) {
      Tensor scores = full({1, n}, -infinity, f64);
      scores.mutable_data<double>()[n - 1] = std::nan("");
      const AttentionOptions options{.mask = masked ? ones({1, n}, u8) : Tensor()};
      EXPECT_TRUE(std::isnan(attention_weights(scores, 1, options).to_vector<double>()[0]));
    }
  }
}

TEST(ScaledDotProduct, puts_heads_side_by_side_where_its_queries_are) {
  const Tensor x = transpose(zeros({2, 5, 3, 4}), 1, 2);
  EXPECT_EQ(scaled_dot_product_attention(x, x, x).strides(), x.strides());
}

TEST(ThreadsScaledDotProduct, gives_the_same_bits_for_any_number_of_threads) {
  const auto run_on = [](int threads) {
    const test::WithThreads with(threads);
    std::vector<double> all;
    for (const Tensor& x :
         run(scaled_dot_product_attention,
             {"", {5, 8, 40, 16}, {5, 8, 40, 16}, {5, 8, 40, 16}, true}, {.causal = true})) {
      const auto numbers = x.to_vector<double>();
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  };
  const auto one = run_on(1);
  EXPECT_EQ(run_on(2), one);
  EXPECT_EQ(run_on(3), one);
}

}  // namespace
}  // namespace gradus
