// MultiheadAttention in one operation, against the three that it runs where somebody watches.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/to_dot.h>
#include <gradus/autograd/watch.h>
#include <gradus/core/random.h>
#include <gradus/nn/attention.h>
#include <gtest/gtest.h>

#include <limits>

namespace gradus {
namespace {

constexpr Index kBatch = 3, kHeads = 2, kEmbed = 8, kLength = 5;

// u8, 1 for the first number of each `every`, but for the first of all.
Tensor hidden(const Shape& shape, Index every) {
  Tensor mask = zeros(shape, u8);
  for (Index i = every; i < mask.numel(); i += every) {
    mask.mutable_data<std::uint8_t>()[i] = 1;
  }
  return mask;
}

// y and the gradients of x and of all parameters.
std::vector<std::vector<float>> run(nn::MultiheadAttention& layer,
                                    const nn::AttentionMasks& masks) {
  Rng rng(2);
  Tensor x = randn({kBatch, kLength, kEmbed}, rng).set_requires_grad();
  layer.zero_grad();
  const Tensor y = layer(x, masks);
  backward(y, {.upstream = randn(y.shape(), rng)});
  std::vector<std::vector<float>> all = {y.to_vector(), x.grad().to_vector()};
  for (const Parameter& p : layer.parameters()) {
    all.push_back(p.tensor.grad().to_vector());
  }
  return all;
}

bool is_one_operation(nn::MultiheadAttention& layer) {
  return to_dot(layer(ones({1, 2, kEmbed}))).find("scaled_dot_product") != std::string::npos;
}

TEST(MultiheadAttention, gives_in_one_operation_what_three_give_with_every_kind_of_mask) {
  Tensor added = zeros({kLength, kLength});
  added.mutable_data<float>()[7] = -std::numeric_limits<float>::infinity();
  added.mutable_data<float>()[8] = 0.5F;
  const nn::AttentionMasks kinds[] = {
      {},
      {.causal = true},
      {.key_padding = hidden({kBatch, kLength}, 4)},
      {.attention = hidden({kLength, kLength}, 3)},
      {.attention = hidden({kBatch * kHeads, kLength, kLength}, 3)},
      {.key_padding = hidden({kBatch, kLength}, 4), .attention = hidden({kLength, kLength}, 3)},
      {.attention = added}};
  Rng rng(1);
  nn::MultiheadAttention layer(kEmbed, kHeads, rng);
  EXPECT_TRUE(is_one_operation(layer));
  for (const nn::AttentionMasks& masks : kinds) {
    const auto one = run(layer, masks);
    const KeepValues keep;
    EXPECT_FALSE(is_one_operation(layer));
    const auto three = run(layer, masks);
    for (std::size_t i = 0; i < one.size(); ++i) {
      ASSERT_EQ(one[i].size(), three[i].size());
      for (std::size_t j = 0; j < one[i].size(); ++j) {
        EXPECT_NEAR(one[i][j], three[i][j], 1e-5) << &masks - kinds << " " << i;
      }
    }
  }
}

TEST(MultiheadAttention, with_dropout_is_one_operation_in_evaluation_alone) {
  Rng rng(1);
  nn::MultiheadAttention layer(kEmbed, kHeads, rng, 0.5);
  EXPECT_FALSE(is_one_operation(layer));
  layer.eval();
  EXPECT_TRUE(is_one_operation(layer));
}

}  // namespace
}  // namespace gradus
