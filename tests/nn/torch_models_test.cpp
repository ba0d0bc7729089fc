// Models that PyTorch trained, with their weights, give what they give there.
#include <gradus/nn/activation.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/recurrent.h>
#include <gradus/nn/sequential.h>
#include <gradus/nn/transformer.h>
#include <gtest/gtest.h>

#include <map>

#include "support/recorded.h"

namespace gradus {
namespace {

using test::Recorded;

Recorded case_of(const std::string& name) {
  for (const Recorded& c : test::read_recorded("models.txt")) {
    if (c.name == name) {
      return c;
    }
  }
  ADD_FAILURE() << "no case " << name;
  return {};
}

// Puts the recorded values into the parameters and buffers of their names.
class Load : public nn::Fields {
 public:
  explicit Load(const Recorded& c) : case_(c) {}

  void operator()(const std::string& name, Tensor& parameter) override {
    if (parameter) {
      load(name, parameter);
    }
  }
  void operator()(const std::string& name, nn::Module& child) override {
    const std::string outer = prefix_;
    prefix_ += name + ".";
    child.fields(*this);
    prefix_ = outer;
  }
  void buffer(const std::string& name, Tensor& x) override {
    if (is_floating(x.dtype())) {
      load(name, x);
    }
  }
  int loaded() const { return loaded_; }

 private:
  void load(const std::string& name, Tensor& x) {
    const std::vector<Tensor> values = case_.all(prefix_ + name);
    ASSERT_EQ(values.size(), 1U) << prefix_ + name;
    ASSERT_EQ(values[0].shape(), x.shape()) << prefix_ + name;
    x = values[0];
    ++loaded_;
  }

  const Recorded& case_;
  std::string prefix_;
  int loaded_ = 0;
};

void load(nn::Module& module, const Recorded& c) {
  Load all(c);
  module.fields(all);
  std::size_t others = c.all("in").size() + c.all("out").size();
  EXPECT_EQ(std::size_t(all.loaded()) + others, c.values.size()) << "of all that was recorded";
  module.eval();
}

void expect_near(const Tensor& found, const Tensor& expected, const std::string& note) {
  ASSERT_EQ(found.shape(), expected.shape()) << note;
  const std::vector<float> a = found.to_vector();
  const std::vector<float> b = expected.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i], b[i], 1e-5) << note << ", " << i;
  }
}

template <class Layer>
void expect_recurrent(Layer&& layer, const std::string& name) {
  const Recorded c = case_of(name);
  load(layer, c);
  const std::vector<Tensor> in = c.all("in");
  const std::vector<Tensor> out = c.all("out");
  const nn::Recurrent::Output found = layer.run(in[0], in[1], in.size() > 2 ? in[2] : Tensor());
  expect_near(found.y, out[0], name);
  expect_near(found.h, out[1], name + ", h");
  if (out.size() > 2) {
    expect_near(found.c, out[2], name + ", c");
  }
}

TEST(TorchModels, recurrent_networks_with_PyTorchs_weights_give_its_outputs_and_states) {
  Rng rng(1);
  const nn::RecurrentOptions deep{.layers = 2, .bidirectional = true};
  expect_recurrent(nn::RNN(3, 5, rng), "rnn");
  expect_recurrent(nn::RNN(3, 5, rng, {.bias = false}, nn::RNN::Function::relu), "rnn_relu");
  expect_recurrent(nn::LSTM(3, 5, rng), "lstm");
  expect_recurrent(nn::LSTM(3, 5, rng, deep), "lstm_deep");
  expect_recurrent(nn::GRU(3, 5, rng), "gru");
  expect_recurrent(nn::GRU(3, 5, rng, deep), "gru_deep");
}

Tensor above_the_diagonal(Index n) {
  std::vector<std::uint8_t> hidden;
  for (Index i = 0; i < n * n; ++i) {
    hidden.push_back(i % n > i / n);
  }
  return from_vector(hidden, {n, n});
}

TEST(TorchModels, attention_with_PyTorchs_weights_gives_its_outputs_under_all_masks) {
  const Recorded c = case_of("attention");
  Rng rng(1);
  nn::MultiheadAttention attention(12, 3, rng);
  load(attention, c);
  const std::vector<Tensor> in = c.all("in");
  const Tensor padding = convert(in[2], u8);

  const auto cross = attention.attend_and_show(in[0], in[1], in[1], {.key_padding = padding});
  const Tensor own = attention.forward(in[0], {.causal = true});
  const Tensor by_mask = attention.forward(in[0], {.attention = above_the_diagonal(4)});

  expect_near(cross.y, c.all("out")[0], "cross");
  expect_near(cross.weights, c.all("out")[1], "weights");
  expect_near(own, c.all("out")[2], "causal");
  expect_near(by_mask, c.all("out")[2], "causal by a mask");
}

void expect_encoder(const std::string& name, const nn::TransformerOptions& options) {
  const Recorded c = case_of(name);
  Rng rng(1);
  nn::TransformerEncoderLayer layer(12, 3, rng, options);
  load(layer, c);
  const Tensor x = c.all("in")[0];
  const Tensor padding = convert(c.all("in")[1], u8);
  expect_near(layer(x), c.all("out")[0], name);
  expect_near(layer.forward(x, {.causal = true}), c.all("out")[1], name + ", causal");
  expect_near(layer.forward(x, {.key_padding = padding}), c.all("out")[2], name + ", padding");
}

TEST(TorchModels, encoders_with_PyTorchs_weights_give_its_outputs_under_all_masks) {
  expect_encoder("encoder_relu", {.feedforward = 20});
  expect_encoder("encoder_gelu_norm_first", {.feedforward = 20, .gelu = true, .norm_first = true});
}

TEST(TorchModels, a_convolutional_network_with_PyTorchs_weights_gives_its_outputs) {
  const Recorded c = case_of("cnn");
  Rng rng(1);
  nn::Sequential cnn(nn::Conv2d(1, 4, 3, {.padding = 1}, rng), nn::BatchNorm2d(4), nn::ReLU(),
                     nn::MaxPool2d(2), nn::Conv2d(4, 6, 3, {.stride = 2}, rng), nn::ReLU(),
                     nn::Flatten(), nn::Linear(24, 3, rng), nn::BatchNorm1d(3));
  load(cnn, c);
  expect_near(cnn(c.all("in")[0]), c.all("out")[0], "cnn");
}

}  // namespace
}  // namespace gradus
