// Recurrences of many sequences, which run in blocks that read a turned weight, against the same
// sequences a few at a time, which do not.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/recurrence.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/threads.h"

namespace gradus {
namespace {

using Recurrence = Tensor (*)(const Tensor& gates, const Tensor& weight, const Tensor& start,
                              const Tensor& bias);

struct Case {
  const char* name;
  Recurrence op;
  Index gates, states;
  bool has_bias;
};

const std::vector<Case> kCases = {
    {"rnn_tanh",
     [](const Tensor& gates, const Tensor& weight, const Tensor& start, const Tensor&) {
       return rnn_tanh(gates, weight, start, false);
     },
     1, 1, false},
    {"rnn_relu",
     [](const Tensor& gates, const Tensor& weight, const Tensor& start, const Tensor&) {
       return rnn_relu(gates, weight, start, true);
     },
     1, 1, false},
    {"lstm, backwards",
     [](const Tensor& gates, const Tensor& weight, const Tensor& start, const Tensor&) {
       return lstm(gates, weight, start, true);
     },
     4, 2, false},
    {"gru",
     [](const Tensor& gates, const Tensor& weight, const Tensor& start, const Tensor& bias) {
       return gru(gates, weight, bias, start, false);
     },
     3, 1, true},
};

struct Results {
  Tensor y, d_gates, d_weight, d_start;
  Tensor d_bias;  // none where there is no bias
};

Results run(const Case& c, const Tensor& gates, const Tensor& weight, const Tensor& start,
            const Tensor& bias, const Tensor& dy) {
  const Tensor leaves[] = {gates.clone(), weight.clone(), start.clone()};
  for (Tensor leaf : leaves) {
    leaf.set_requires_grad();
  }
  Tensor bias_leaf;
  if (c.has_bias) {
    bias_leaf = bias.clone().set_requires_grad();
  }
  const Tensor y = c.op(leaves[0], leaves[1], leaves[2], bias_leaf);
  backward(y, {.upstream = dy});
  return {y, leaves[0].grad(), leaves[1].grad(), leaves[2].grad(),
          c.has_bias ? bias_leaf.grad() : Tensor()};
}

double distance(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

TEST(Recurrence, of_many_sequences_is_what_a_few_of_them_are) {
  constexpr Index kFew = 10;
  for (const Case& c : kCases) {
    for (const Index hidden : {5, 24}) {
      for (const Index batch : {40, 100}) {
        const test::WithThreads threads(batch == 100 ? 1 : 2);  // two blocks together on one thread
        SCOPED_TRACE(join({c.name, " ", hidden, " ", batch}));
        Rng rng(4);
        const auto draw = [&](const Shape& shape) { return randn(shape, rng, 0, 0.5, f64); };
        const Tensor gates = draw({6, batch, c.gates * hidden});
        const Tensor weight = draw({c.gates * hidden, hidden});
        const Tensor start = draw({batch, c.states * hidden});
        const Tensor bias = c.has_bias ? draw({hidden}) : Tensor();
        const Tensor dy = draw({6, batch, c.states * hidden});
        const Results all = run(c, gates, weight, start, bias, dy);
        Tensor d_weight = zeros_like(weight);
        Tensor d_bias = zeros({hidden}, f64);
        for (Index i = 0; i < batch; i += kFew) {
          const auto part = [&](const Tensor& x, Index dim) {
            return core::slice(x, dim, i, i + kFew).dense();
          };
          const Results few = run(c, part(gates, 1), weight, part(start, 0), bias, part(dy, 1));
          EXPECT_LT(distance(few.y, part(all.y, 1)), 1e-12);
          EXPECT_LT(distance(few.d_gates, part(all.d_gates, 1)), 1e-12);
          EXPECT_LT(distance(few.d_start, part(all.d_start, 0)), 1e-12);
          d_weight = d_weight + few.d_weight;
          d_bias = c.has_bias ? d_bias + few.d_bias : d_bias;
        }
        EXPECT_LT(distance(d_weight, all.d_weight), 1e-11);
        EXPECT_TRUE(!c.has_bias || distance(d_bias, all.d_bias) < 1e-11);
      }
    }
  }
}

// tanh, where the one number of a weight may stand any distance from the row behind it.
TEST(Recurrence, of_one_hidden_number_reads_a_stretched_weight) {
  const Tensor gates = tensor({{{0.5}}, {{-0.25}}});
  const Tensor weight = core::expand(tensor({2.0}), {1, 1});
  const double first = std::tanh(0.5 + 2 * 0.1);
  const double second = std::tanh(-0.25 + 2 * first);
  const Tensor start = tensor({{0.1}}).set_requires_grad();
  const Tensor y = rnn_tanh(gates, weight, start, false);
  EXPECT_NEAR(y.to_vector()[0], first, 1e-6);
  EXPECT_NEAR(y.to_vector()[1], second, 1e-6);
  backward(sum(y));
  const double d_first = 1 + 2 * (1 - second * second);
  EXPECT_NEAR(start.grad().item(), 2 * (1 - first * first) * d_first, 1e-5);
}

}  // namespace
}  // namespace gradus
