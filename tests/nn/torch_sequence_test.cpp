// Values and gradients of products and of layers on sequences against those recorded from PyTorch.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/view.h>
#include <gradus/nn/attention.h>
#include <gradus/nn/recurrent.h>

#include <limits>

#include "support/parameters.h"
#include "support/recorded_ops.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

Tensors parameters_of(const Tensors& x) { return {x.begin() + 1, x.end()}; }

template <class Layer>
Tensor recurrent(const Tensors& x, bool bidirectional) {
  Rng rng(1);
  Layer layer(2, 3, rng, {.bidirectional = bidirectional});
  test::replace_parameters(layer, parameters_of(x));
  const nn::Recurrent::Output out = layer.run(x[0]);
  const Tensor both = cat({reshape(out.y, {-1}), reshape(out.h, {-1})}, 0);
  return out.c ? cat({both, reshape(out.c, {-1})}, 0) : both;
}

Tensor multihead(const Tensors& x) {
  Rng rng(1);
  nn::MultiheadAttention attention(4, 2, rng);
  test::replace_parameters(attention, {x[1] / 4, x[2] / 4, x[3] / 4, x[4]});
  return attention(x[0]);
}

// The mask that is recorded, and -infinity for what query 0 sees of key 2.
Tensor multihead_masked(const Tensors& x) {
  Rng rng(1);
  nn::MultiheadAttention attention(4, 2, rng);
  test::replace_parameters(attention, {x[1] / 4, x[2] / 4, x[3] / 4, x[4]});
  const Tensor hidden = zeros({3, 3}, x[5].dtype());
  fill(core::select(core::select(hidden, 0, 0), 0, 2), -std::numeric_limits<double>::infinity());
  return attention(x[0], {.attention = x[5] + hidden});
}

Tensor product(const Tensors& x) { return matmul(x[0], x[1]); }

const test::NamedOps kTorchSequenceOps = {
    {"matmul_batched", product},
    {"matmul_stack", product},
    {"matmul_left_vector", product},
    {"matmul_right_vector", product},
    {"matmul_dot", product},
    {"layer_norm", [](const Tensors& x) { return layer_norm(x[0], x[1], x[2], 1e-2); }},
    {"embedding",
     [](const Tensors& x) {
       return embedding(from_vector<std::int64_t>({0, 3, 1, 3, 3, 0}, {2, 3}), x[0]);
     }},
    {"embedding_padding",
     [](const Tensors& x) {
       return embedding(from_vector<std::int64_t>({0, 3, 1, 3, 3, 0}, {2, 3}), x[0], -1);
     }},
    {"attention", [](const Tensors& x) { return scaled_dot_product_attention(x[0], x[1], x[2]); }},
    {"attention_causal",
     [](const Tensors& x) {
       return scaled_dot_product_attention(x[0], x[1], x[2], {.causal = true});
     }},
    {"multihead", multihead},
    {"multihead_float_mask", multihead_masked},
    {"multihead_mask_by_head", multihead_masked},
    {"rnn", [](const Tensors& x) { return recurrent<nn::RNN>(x, false); }},
    {"gru", [](const Tensors& x) { return recurrent<nn::GRU>(x, false); }},
    {"lstm", [](const Tensors& x) { return recurrent<nn::LSTM>(x, true); }}};

TEST(TorchSequence, values_and_gradients_agree) {
  test::expect_ops_as_recorded("ops_sequence.txt", kTorchSequenceOps);
}

}  // namespace
}  // namespace gradus
