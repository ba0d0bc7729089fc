// What layers and initial values refuse, each text in full.
#include <gradus/nn/activation.h>
#include <gradus/nn/attention.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/embedding.h>
#include <gradus/nn/group_norm.h>
#include <gradus/nn/init.h>
#include <gradus/nn/layer_norm.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/recurrent.h>
#include <gradus/nn/residual.h>
#include <gradus/nn/sequential.h>
#include <gradus/nn/transformer.h>
#include <gtest/gtest.h>

#include "support/refusals.h"

namespace gradus {
namespace {

using test::bytes;
using test::Refusal;
using test::whole;
using test::wide;
using test::x;

Rng layer_rng(1);

const std::vector<Refusal> kLayersRefusals = {
    {"Linear", [] { nn::Linear(3, 2, layer_rng)(x(2, 4)); },
     "linear: x must be [..., in] and weight [out, in], got [2, 4] and [2, 3]"},
    {"Linear", [] { nn::Linear(3, 2, layer_rng)(wide(2, 3)); },
     "linear: matrices must have one dtype, got f64 and f32"},
    {"Linear", [] { nn::Linear(3, 2, layer_rng)(whole(2, 3)); },
     "linear: matrices must have one dtype, got i64 and f32"},
    {"Linear", [] { nn::Linear(0, 2, layer_rng); },
     "Linear: in and out must be at least 1, got 0 and 2"},
    {"Conv2d", [] { nn::Conv2d(2, 3, 2, layer_rng)(x(1, 3, 4, 4)); },
     "conv2d: channels of x must be groups times those of weight, got x [1, 3, 4, 4], weight [3, "
     "2, 2, 2] and groups 1"},
    {"Conv2d", [] { nn::Conv2d(2, 3, 2, layer_rng)(wide(1, 2, 4, 4)); },
     "conv2d: operands must have one dtype, got f64 and f32; convert one with convert(x, dtype)"},
    {"Conv2d", [] { nn::Conv2d(0, 3, 2, layer_rng); },
     "Conv2d: in and out must be at least 1, got 0 and 3"},
    {"Conv1d", [] { nn::Conv1d(2, 3, 2, layer_rng)(x(1, 3, 4)); },
     "conv1d: channels of x must be groups times those of weight, got x [1, 3, 4], weight [3, 2, "
     "2] and groups 1"},
    {"Conv1d", [] { nn::Conv1d(2, 3, 2, layer_rng)(wide(1, 2, 4)); },
     "conv1d: operands must have one dtype, got f64 and f32; convert one with convert(x, dtype)"},
    {"Conv1d", [] { nn::Conv1d(2, 0, 2, layer_rng); },
     "Conv1d: in and out must be at least 1, got 2 and 0"},
    {"ConvTranspose2d", [] { nn::ConvTranspose2d(2, 3, 2, layer_rng)(x(1, 3, 4, 4)); },
     "conv_transpose2d: channels of x must be the first size of weight, got x [1, 3, 4, 4] and "
     "weight [2, 3, 2, 2]"},
    {"ConvTranspose2d", [] { nn::ConvTranspose2d(2, 3, 2, layer_rng)(wide(1, 2, 4, 4)); },
     "conv_transpose2d: operands must have one dtype, got f64 and f32; convert one with convert(x, "
     "dtype)"},
    {"ConvTranspose2d", [] { nn::ConvTranspose2d(2, 3, 0, layer_rng); },
     "ConvTranspose2d: kernel must be at least 1, got [0, 0]"},
    {"BatchNorm1d", [] { nn::BatchNorm1d(3)(x(2, 4)); },
     "BatchNorm1d: x must be [batch, channels] or [batch, channels, length] with 3 channels, got "
     "[2, 4]"},
    {"BatchNorm1d", [] { nn::BatchNorm1d(3)(wide(2, 3)); },
     "BatchNorm1d: x must have the dtype f32 of weight, got f64; convert one with convert(x, "
     "dtype)"},
    {"BatchNorm1d", [] { nn::BatchNorm1d(3)(whole(2, 3)); },
     "BatchNorm1d: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"BatchNorm1d", [] { nn::BatchNorm1d(0); }, "BatchNorm1d: channels must be at least 1, got 0"},
    {"BatchNorm2d", [] { nn::BatchNorm2d(3)(x(2, 3, 4)); },
     "BatchNorm2d: x must be [batch, channels, height, width] with 3 channels, got [2, 3, 4]"},
    {"BatchNorm2d", [] { nn::BatchNorm2d(3)(wide(2, 3, 2, 2)); },
     "BatchNorm2d: x must have the dtype f32 of weight, got f64; convert one with convert(x, "
     "dtype)"},
    {"BatchNorm2d", [] { nn::BatchNorm2d(3)(whole(2, 3, 2, 2)); },
     "BatchNorm2d: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"LayerNorm", [] { nn::LayerNorm(3)(x(2, 4)); },
     "LayerNorm: x must end in the dimensions [3], got [2, 4]"},
    {"LayerNorm",
     [] {
       nn::LayerNorm(Shape{2, 3})(x(3));
     },
     "LayerNorm: x must end in the dimensions [2, 3], got [3]"},
    {"LayerNorm", [] { nn::LayerNorm(3)(wide(2, 3)); },
     "LayerNorm: x must have the dtype f32 of weight, got f64; convert one with convert(x, dtype)"},
    {"LayerNorm", [] { nn::LayerNorm(3, nn::LayerNormOptions{.affine = false})(whole(2, 3)); },
     "LayerNorm: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"LayerNorm",
     [] {
       nn::LayerNorm(Shape{2, 0});
     },
     "LayerNorm: sizes must be at least 1 and eps positive, got [2, 0] and 1e-05"},
    {"GroupNorm", [] { nn::GroupNorm(2, 4)(x(2, 3)); },
     "GroupNorm: x must be [batch, channels, ...] with 4 channels, got [2, 3]"},
    {"GroupNorm", [] { nn::GroupNorm(2, 4)(wide(2, 4)); },
     "GroupNorm: x must have the dtype f32 of weight, got f64; convert one with convert(x, dtype)"},
    {"GroupNorm", [] { nn::GroupNorm(2, 4, 1e-5, false)(whole(2, 4)); },
     "GroupNorm: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"GroupNorm", [] { nn::GroupNorm(2, 3); },
     "GroupNorm: groups must divide channels, got 2 and 3"},
    {"RMSNorm", [] { nn::RMSNorm(3)(x(2, 4)); },
     "RMSNorm: x must be [..., n] with n = 3, got [2, 4]"},
    {"RMSNorm", [] { nn::RMSNorm(3)(wide(2, 3)); },
     "RMSNorm: x must have the dtype f32 of weight, got f64; convert one with convert(x, dtype)"},
    {"RMSNorm", [] { nn::RMSNorm(3, 1e-5, false)(whole(2, 3)); },
     "RMSNorm: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"RMSNorm", [] { nn::RMSNorm(0); },
     "RMSNorm: n must be at least 1 and eps positive, got 0 and 1.1920928955078125e-07"},
    {"RNN", [] { nn::RNN(2, 3, layer_rng)(x(1, 4, 3)); },
     "RNN: x must be [batch, time, in] with a step and in = 2, got [1, 4, 3]"},
    {"RNN", [] { nn::RNN(2, 3, layer_rng)(wide(1, 4, 2)); },
     "RNN: x must have the dtype f32 of the parameters, got f64; convert one with convert(x, "
     "dtype)"},
    {"RNN", [] { nn::RNN(2, 3, layer_rng)(whole(1, 4, 2)); },
     "RNN: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"RNN", [] { nn::RNN(2, 3, layer_rng).run(x(1, 4, 2), x(1, 1, 2)); },
     "RNN: h must be [1, 1, 3] for x [1, 4, 2], got [1, 1, 2]"},
    {"RNN", [] { nn::RNN(2, 3, layer_rng).run(x(1, 4, 2), wide(1, 1, 3)); },
     "RNN: h must have the dtype f32 of x, got f64; convert one with convert(x, dtype)"},
    {"RNN", [] { nn::RNN(2, 3, layer_rng, {.layers = 2, .dropout = 2}); },
     "RNN: dropout must be from 0 to 1, got 2"},
    {"LSTM", [] { nn::LSTM(2, 3, layer_rng)(x(1, 4, 3)); },
     "LSTM: x must be [batch, time, in] with a step and in = 2, got [1, 4, 3]"},
    {"LSTM", [] { nn::LSTM(2, 3, layer_rng)(wide(1, 4, 2)); },
     "LSTM: x must have the dtype f32 of the parameters, got f64; convert one with convert(x, "
     "dtype)"},
    {"LSTM", [] { nn::LSTM(2, 3, layer_rng)(whole(1, 4, 2)); },
     "LSTM: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"LSTM", [] { nn::LSTM(2, 3, layer_rng).run(x(1, 4, 2), x(1, 1, 3), wide(1, 1, 3)); },
     "LSTM: c must have the dtype f32 of x, got f64; convert one with convert(x, dtype)"},
    {"LSTM", [] { nn::LSTM(0, 3, layer_rng); },
     "LSTM: in, hidden and layers must be at least 1, got 0, 3 and 1"},
    {"GRU", [] { nn::GRU(2, 3, layer_rng)(x(1, 4, 3)); },
     "GRU: x must be [batch, time, in] with a step and in = 2, got [1, 4, 3]"},
    {"GRU", [] { nn::GRU(2, 3, layer_rng)(wide(1, 4, 2)); },
     "GRU: x must have the dtype f32 of the parameters, got f64; convert one with convert(x, "
     "dtype)"},
    {"GRU", [] { nn::GRU(2, 3, layer_rng)(whole(1, 4, 2)); },
     "GRU: x must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"GRU", [] { nn::GRU(2, 3, layer_rng).run(x(1, 4, 2), x(1, 1, 3), x(1, 1, 3)); },
     "GRU: there is no state c, but one was given"},
    {"Dropout", [] { nn::Dropout(0.5, layer_rng)(whole(2)); },
     "Dropout: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"Dropout", [] { nn::Dropout(2, layer_rng); }, "Dropout: p must be from 0 to 1, got 2"},
    {"ReLU", [] { nn::ReLU()(whole(2)); },
     "relu: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"ReLU", [] { nn::ReLU()(bytes(2)); },
     "relu: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"Sigmoid", [] { nn::Sigmoid()(whole(2)); },
     "sigmoid: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"Sigmoid", [] { nn::Sigmoid()(bytes(2)); },
     "sigmoid: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"Tanh", [] { nn::Tanh()(whole(2)); },
     "tanh: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"Tanh", [] { nn::Tanh()(bytes(2)); },
     "tanh: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"LeakyReLU", [] { nn::LeakyReLU()(whole(2)); },
     "leaky_relu: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"LeakyReLU", [] { nn::LeakyReLU()(bytes(2)); },
     "leaky_relu: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"ELU", [] { nn::ELU()(whole(2)); },
     "elu: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"ELU", [] { nn::ELU()(bytes(2)); },
     "elu: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"GELU", [] { nn::GELU()(whole(2)); },
     "gelu: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"GELU", [] { nn::GELU{nn::GELU::Approximate::tanh}(whole(2)); },
     "gelu_tanh: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"SiLU", [] { nn::SiLU()(whole(2)); },
     "silu: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"SiLU", [] { nn::SiLU()(bytes(2)); },
     "silu: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"Softplus", [] { nn::Softplus()(whole(2)); },
     "softplus: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"Softplus", [] { nn::Softplus(-1); }, "Softplus: beta must be positive, got -1"},
    {"Flatten", [] { nn::Flatten()(x(2)); },
     "flatten: dim must be from -1 to 0 for a tensor of rank 1, got 1"},
    {"Flatten", [] { nn::Flatten()(x()); },
     "flatten: dim must be from -1 to 0 for a tensor of rank 0, got 1"},
    {"MaxPool2d", [] { nn::MaxPool2d(2)(x(2, 3)); },
     "max_pool2d: x must be [batch, channels, height, width], got [2, 3]"},
    {"MaxPool2d", [] { nn::MaxPool2d(0)(x(1, 1, 2, 3)); },
     "max_pool2d: kernel must be from 1 to 2147483647, got [0, 0]"},
    {"AvgPool2d", [] { nn::AvgPool2d(2)(x(2, 3)); },
     "avg_pool2d: x must be [batch, channels, height, width], got [2, 3]"},
    {"AvgPool2d", [] { nn::AvgPool2d(0)(x(1, 1, 2, 3)); },
     "avg_pool2d: kernel must be from 1 to 2147483647, got [0, 0]"},
    {"AdaptiveAvgPool2d", [] { nn::AdaptiveAvgPool2d(2)(x(2, 3)); },
     "adaptive_avg_pool2d: x must be [batch, channels, height, width], got [2, 3]"},
    {"AdaptiveAvgPool2d", [] { nn::AdaptiveAvgPool2d(0)(x(1, 1, 2, 3)); },
     "adaptive_avg_pool2d: output must be from 1 to 67108864, got [0, 0] for x [1, 1, 2, 3]"},
    {"Embedding", [] { nn::Embedding(0, 3, layer_rng); },
     "Embedding: n and d must be at least 1, got 0 and 3"},
    {"Embedding", [] { nn::Embedding(4, 3, layer_rng)(x(2)); },
     "embedding: indices must be i64, got f32"},
    {"MultiheadAttention", [] { nn::MultiheadAttention(0, 1, layer_rng); },
     "MultiheadAttention: heads must divide embed, got 1 and 0"},
    {"MultiheadAttention", [] { nn::MultiheadAttention(4, 2, layer_rng, 2); },
     "MultiheadAttention: dropout must be from 0 to 1, got 2"},
    {"TransformerEncoderLayer", [] { nn::TransformerEncoderLayer(6, 4, layer_rng); },
     "TransformerEncoderLayer: heads must divide embed, got 4 and 6"},
    {"TransformerEncoderLayer",
     [] { nn::TransformerEncoderLayer(4, 2, layer_rng, {.feedforward = 0}); },
     "TransformerEncoderLayer: feedforward must be at least 1, got 0"},
    {"TransformerEncoderLayer",
     [] { nn::TransformerEncoderLayer(4, 2, layer_rng, {.dropout = 2}); },
     "TransformerEncoderLayer: dropout must be from 0 to 1, got 2"},
    {"TransformerEncoderLayer", [] { nn::TransformerEncoderLayer(4, 2, layer_rng)(x(1, 2, 5)); },
     "TransformerEncoderLayer: x must be [batch, length, embed] for embed = 4, got [1, 2, 5]"},
    {"Residual", [] { nn::Residual(nn::Linear(3, 2, layer_rng))(x(2, 3)); },
     "Residual: layers must keep the shape [2, 3], got [2, 2]"},
    {"Residual", [] { nn::Residual{nn::Flatten()}(x(2, 3, 4)); },
     "Residual: layers must keep the shape [2, 3, 4], got [2, 12]"},
    {"Sequential", [] { nn::Sequential(nn::Linear(3, 2, layer_rng))[1]; },
     "Sequential: index must be below 1, got 1"},
    {"Sequential", [] { nn::Sequential()[0]; }, "Sequential: index must be below 0, got 0"},
    {"xavier_uniform", [] { nn::xavier_uniform(x(3), layer_rng); },
     "xavier_uniform: weight must be [out, in, ...], got [3]"},
    {"xavier_uniform", [] { nn::xavier_uniform(x(3, 2), layer_rng, -1); },
     "xavier_uniform: gain must be finite and at least 0, got -1"},
    {"xavier_normal", [] { nn::xavier_normal(x(3), layer_rng); },
     "xavier_normal: weight must be [out, in, ...], got [3]"},
    {"xavier_normal", [] { nn::xavier_normal(x(3, 2), layer_rng, -1); },
     "xavier_normal: gain must be finite and at least 0, got -1"},
    {"kaiming_uniform", [] { nn::kaiming_uniform(x(3), layer_rng); },
     "kaiming_uniform: weight must be [out, in, ...], got [3]"},
    {"kaiming_uniform", [] { nn::kaiming_uniform(x(3, 2), layer_rng, -1); },
     "kaiming_uniform: gain must be finite and at least 0, got -1"},
    {"kaiming_normal", [] { nn::kaiming_normal(x(3), layer_rng); },
     "kaiming_normal: weight must be [out, in, ...], got [3]"},
    {"kaiming_normal", [] { nn::kaiming_normal(x(3, 2), layer_rng, -1); },
     "kaiming_normal: gain must be finite and at least 0, got -1"},
    {"fans", [] { nn::fans(x(3)); }, "fans: weight must be [out, in, ...], got [3]"},
    {"fans", [] { nn::fans(x()); }, "fans: weight must be [out, in, ...], got []"}};

TEST(RefuseLayers, in_its_own_name_and_words) { test::expect_refusals(kLayersRefusals); }

}  // namespace
}  // namespace gradus
