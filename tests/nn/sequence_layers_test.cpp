// Layers on sequences: what masks do, what is refused, and threads.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/autograd/ops/recurrence.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/embedding.h>
#include <gradus/nn/recurrent.h>
#include <gradus/nn/transformer.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using test::expect_error;

TEST(Attention, weights_of_equal_scores_are_equal_among_the_keys_that_may_be_seen) {
  const Tensor mask = from_vector<std::uint8_t>({1, 0, 1, 0, 0, 0, 1, 1, 1}, {3, 3});
  const Tensor scores = full({3, 3}, 2);
  EXPECT_EQ(attention_weights(scores, 1, {.mask = mask}).to_vector(),
            (std::vector<float>{0.5F, 0, 0.5F, 0, 0, 0, 1 / 3.F, 1 / 3.F, 1 / 3.F}));
  EXPECT_EQ(attention_weights(scores, 1, {.causal = true}).to_vector(),
            (std::vector<float>{1, 0, 0, 0.5F, 0.5F, 0, 1 / 3.F, 1 / 3.F, 1 / 3.F}));
}

TEST(Attention, large_scores_and_hidden_infinities_give_no_NaN) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor scores = from_vector<float>({3e38F, -3e38F, infinity}, {1, 3});
  const Tensor mask = from_vector<std::uint8_t>({1, 1, 0}, {1, 3});
  EXPECT_EQ(attention_weights(scores, 1, {.mask = mask}).to_vector(),
            (std::vector<float>{1, 0, 0}));
}

TEST(Attention, a_row_that_sees_nothing_gives_zeros_and_no_gradient) {
  const Tensor q = ones({2, 2}).set_requires_grad();
  const Tensor k = ones({3, 2}).set_requires_grad();
  const Tensor v = ones({3, 2}).set_requires_grad();
  const Tensor y = scaled_dot_product_attention(q, k, v, {.mask = zeros({2, 3}, u8)});
  sum(y).backward();
  EXPECT_EQ(y.to_vector(), std::vector<float>(4, 0));
  EXPECT_EQ(q.grad().to_vector(), std::vector<float>(4, 0));
  EXPECT_EQ(v.grad().to_vector(), std::vector<float>(6, 0));
}

TEST(Attention, refuses_what_does_not_fit) {
  expect_error<ShapeError>(
      [] {
        scaled_dot_product_attention(zeros({2, 3}), zeros({4, 2}), zeros({4, 2}));
      },
      "scaled_dot_product_attention: q must be [..., queries, size] and k [..., keys, size], got "
      "[2, 3] and [4, 2]");
  expect_error<ShapeError>(
      [] {
        scaled_dot_product_attention(zeros({2, 3}), zeros({4, 3}), zeros({5, 2}));
      },
      "scaled_dot_product_attention: v must be [..., keys, out] for k [4, 3], got [5, 2]");
  expect_error<DtypeError>(
      [] {
        scaled_dot_product_attention(zeros({2, 3}), zeros({4, 3}, f64), zeros({4, 2}));
      },
      "scaled_dot_product_attention: q, k and v must have one dtype, got f32, f64 and f32");
  expect_error<ShapeError>(
      [] {
        attention_weights(zeros({2, 3}), 1, {.mask = zeros({3, 3}, u8)});
      },
      "attention_weights: mask must broadcast to scores [2, 3], got [3, 3]");
  expect_error<DtypeError>(
      [] {
        attention_weights(zeros({2, 3}), 1, {.mask = zeros({2, 3})});
      },
      "attention_weights: mask must be u8, 1 where a query may look, got f32");
  Rng rng(1);
  expect_error<ValueError>([&] { nn::MultiheadAttention(6, 4, rng); },
                           "MultiheadAttention: heads must divide embed, got 4 and 6");
  nn::MultiheadAttention layer(4, 2, rng);
  expect_error<ShapeError>(
      [&] {
        layer(zeros({2, 3, 5}));
      },
      "MultiheadAttention: q must be [batch, queries, embed] and k [batch, "
      "keys, embed] for embed = 4, got [2, 3, 5] and [2, 3, 5]");
  expect_error<ShapeError>(
      [&] {
        layer.forward(zeros({2, 3, 4}), {.key_padding = zeros({3, 2}, u8)});
      },
      "MultiheadAttention: key_padding must be [batch, keys] = [2, 3], got [3, 2]");
  expect_error<ShapeError>(
      [&] {
        layer(zeros({2, 3, 4}), {.attention = zeros({2, 3, 3})});
      },
      "MultiheadAttention: the attention mask must be [queries, keys] = [3, 3] or [batch * heads, "
      "queries, keys] = [4, 3, 3], got [2, 3, 3]");
  expect_error<DtypeError>(
      [&] {
        layer(zeros({2, 3, 4}), {.attention = zeros({3, 3}, f64)});
      },
      "MultiheadAttention: the attention mask must be u8, or f32 to be added to the scores, got "
      "f64");
  expect_error<ShapeError>(
      [] {
        attention_weights(zeros({2, 3}), 1, {.bias = zeros({3, 3})});
      },
      "attention_weights: bias must broadcast to scores [2, 3], got [3, 3]");
  expect_error<DtypeError>(
      [] {
        attention_weights(zeros({2, 3}), 1, {.bias = zeros({2, 3}, u8)});
      },
      "attention_weights: bias must have the dtype f32 of the scores, got u8");
}

TEST(Attention, adds_a_bias_to_the_scores_and_hides_by_infinity) {
  const float hides = -std::numeric_limits<float>::infinity();
  const Tensor scores = tensor({{0, 0, 7}, {1, 2, 3}});
  const Tensor bias = from_vector<float>({std::log(3.0F), 0, hides, hides, hides, hides}, {2, 3});
  const std::vector<float> p = attention_weights(scores, 0.5, {.bias = bias}).to_vector();
  EXPECT_NEAR(p[0], 0.75, 1e-6);
  EXPECT_NEAR(p[1], 0.25, 1e-6);
  EXPECT_EQ(std::vector<float>(p.begin() + 2, p.end()), (std::vector<float>{0, 0, 0, 0}));
}

TEST(Recurrent, refuses_what_does_not_fit) {
  Rng rng(1);
  nn::LSTM lstm_layer(3, 5, rng);
  expect_error<ShapeError>(
      [&] {
        lstm_layer(zeros({2, 4, 2}));
      },
      "LSTM: x must be [batch, time, in] with a step and in = 3, got "
      "[2, 4, 2]");
  expect_error<ShapeError>(
      [&] {
        lstm_layer.run(zeros({2, 4, 3}), zeros({1, 3, 5}));
      },
      "LSTM: h must be [1, 2, 5] for x [2, 4, 3], got [1, 3, 5]");
  nn::GRU gru_layer(3, 5, rng);
  expect_error<ValueError>(
      [&] {
        gru_layer.run(zeros({2, 4, 3}), Tensor(), zeros({1, 2, 5}));
      },
      "GRU: there is no state c, but one was given");
  expect_error<ValueError>([&] { nn::RNN(3, 0, rng); },
                           "RNN: in, hidden and layers must be at least 1, got 3, 0 and 1");
  expect_error<ShapeError>(
      [] {
        lstm(zeros({3, 2, 6}), zeros({8, 2}), zeros({2, 4}), false);
      },
      "lstm: gates must be [steps, batch, 4 hidden] and weight [4 hidden, hidden], got [3, 2, 6] "
      "and [8, 2]");
  expect_error<ShapeError>(
      [] {
        gru(zeros({3, 2, 6}), zeros({6, 2}), Tensor(), zeros({2, 4}), false);
      },
      "gru: start must be [batch, 1 hidden] for gates [3, 2, 6] and weight [6, 2], got [2, 4]");
  expect_error<ShapeError>(
      [] {
        gru(zeros({3, 2, 6}), zeros({6, 2}), zeros({6}), zeros({2, 2}), false);
      },
      "gru: bias must be [hidden] for weight [6, 2], got [6]");
  expect_error<DtypeError>(
      [] {
        gru(zeros({3, 2, 6}), zeros({6, 2}), zeros({2}, f64), zeros({2, 2}), false);
      },
      "gru: operands must have one dtype, got f32, f32, f64 and f32");
}

TEST(Recurrent, steps_by_hand_agree_with_the_formula) {
  // One unit, every weight 1, no bias: h' = tanh(x + h).
  Rng rng(1);
  nn::RNN layer(1, 1, rng, {.bias = false});
  for (const Parameter& p : layer.parameters()) {
    const NoGrad values_only;
    fill(p.tensor, 1);
  }
  const std::vector<float> y = layer(from_vector<float>({1, -2}, {1, 2, 1})).to_vector();
  EXPECT_NEAR(y[0], std::tanh(1.0), 1e-6);
  EXPECT_NEAR(y[1], std::tanh(-2 + std::tanh(1.0)), 1e-6);
}

TEST(Recurrent, drops_between_its_layers_in_training_alone) {
  const auto make = [](double dropout) {
    Rng rng(1);
    return nn::GRU(2, 3, rng, {.layers = 2, .dropout = dropout});
  };
  Rng rng(2);
  const Tensor x = randn({2, 4, 2}, rng);
  nn::GRU plain = make(0);
  nn::GRU half = make(0.5);
  const std::vector<float> y = plain(x).to_vector();
  EXPECT_NE(half(x).to_vector(), y);
  half.eval();
  EXPECT_EQ(half(x).to_vector(), y);

  nn::GRU all = make(1);  // the second layer sees zeros
  nn::GRU second(3, 3, rng);
  const Parameters from = all.parameters();
  const Parameters to = second.parameters();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const NoGrad in_place;
    copy(to[i].tensor, from[to.size() + i].tensor);
  }
  EXPECT_EQ(all(x).to_vector(), second(zeros({2, 4, 3})).to_vector());
  EXPECT_EQ(from.size(), 8U);
}

TEST(Embedding, refuses_indices_outside_its_table) {
  Rng rng(1);
  nn::Embedding layer(3, 2, rng);
  expect_error<IndexError>(
      [&] {
        layer(from_vector<std::int64_t>({0, 3}, {2}));
      },
      "embedding: indices must be from 0 to 2 for weight [3, 2], got 3 at "
      "position 1 of indices [2]");
  expect_error<DtypeError>([&] { layer(zeros({2})); }, "embedding: indices must be i64, got f32");
  expect_error<ShapeError>([] { embedding(zeros({2}, i64), zeros({3})); },
                           "embedding: weight must be [n, d], got [3] for indices [2]");
}

TEST(Embedding, keeps_the_row_of_padding_at_zero) {
  Rng rng(1);
  for (const Index padding : {1, -2}) {
    nn::Embedding layer(3, 2, rng, padding);
    EXPECT_EQ(layer(from_vector<std::int64_t>({1}, {1})).to_vector(), (std::vector<float>{0, 0}));
    sum(layer(from_vector<std::int64_t>({1, 2, 1, 2}, {2, 2}))).backward();
    EXPECT_EQ(layer.weight.grad().to_vector(), (std::vector<float>{0, 0, 0, 0, 2, 2}));
    EXPECT_NE(layer.weight.to_vector()[4], 0);
  }
}

TEST(Embedding, refuses_padding_outside_its_table) {
  Rng rng(1);
  expect_error<IndexError>([&] { nn::Embedding(3, 2, rng, 3); },
                           "Embedding: padding_idx must be from -3 to 2, got 3");
  expect_error<IndexError>(
      [] {
        embedding(zeros({2}, i64), zeros({3, 2}), -4);
      },
      "embedding: padding_idx must be from -3 to 2 for weight [3, 2], got -4");
}

TEST(LayerNorm, refuses_parameters_of_other_sizes) {
  expect_error<ShapeError>(
      [] {
        layer_norm(zeros({2, 3}), zeros({2}), zeros({2}));
      },
      "layer_norm: weight and bias must be [n] for x [2, 3], got [2] and [2]");
  expect_error<ShapeError>(
      [] {
        layer_norm(zeros({2, 0}), Tensor(), Tensor());
      },
      "layer_norm: x must be [..., n] with n at least 1, got [2, 0]");
}

template <class Make>
std::vector<float> gradients_on(int threads, const Make& make, const Tensor& x) {
  const test::WithThreads with(threads);
  Rng rng(1);
  auto layer = make(rng);
  const Tensor y = layer(x);
  backward(y, {.upstream = full(y.shape(), 0.5)});
  std::vector<float> all = y.to_vector();
  for (const Parameter& p : layer.parameters()) {
    const std::vector<float> g = p.tensor.grad().to_vector();
    all.insert(all.end(), g.begin(), g.end());
  }
  return all;
}

template <class Make>
void expect_same_bits(const Make& make) {
  Rng rng(2);
  const Tensor x = randn({70, 9, 24}, rng);
  const std::vector<float> one = gradients_on(1, make, x);
  EXPECT_EQ(gradients_on(2, make, x), one);
  EXPECT_EQ(gradients_on(3, make, x), one);
}

TEST(ThreadsSequence, layers_give_the_same_bits_for_any_number_of_threads) {
  for (const Index hidden : {5, 40}) {
    expect_same_bits([=](Rng& rng) { return nn::LSTM(24, hidden, rng); });
    expect_same_bits([=](Rng& rng) { return nn::GRU(24, hidden, rng, {.bidirectional = true}); });
  }
  expect_same_bits(
      [](Rng& rng) { return nn::TransformerEncoderLayer(24, 4, rng, {.feedforward = 64}); });
}

}  // namespace
}  // namespace gradus
