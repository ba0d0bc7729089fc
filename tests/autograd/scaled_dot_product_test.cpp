// Attention head by head against its plain twin of three operations.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"
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

TEST(ScaledDotProduct, gives_the_results_and_gradients_of_three_operations) {
  for (const Shapes& shapes : kShapes) {
    const Index queries = shapes.q[shapes.q.rank() - 2];
    const Index keys = shapes.k[shapes.k.rank() - 2];
    Tensor some = ones({queries, keys}, u8);
    for (Index i = 0; i < queries * keys; i += 3) {
      some.mutable_data<std::uint8_t>()[i] = 0;
    }
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
