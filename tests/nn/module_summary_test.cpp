#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/flops.h>
#include <gradus/core/parallel.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/hooks.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/recurrent.h>
#include <gradus/nn/residual.h>
#include <gradus/nn/summary.h>
#include <gradus/nn/transformer.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

struct Stage : nn::Module {
  nn::Linear fc;
  nn::Linear unused;
  nn::ReLU act;
  explicit Stage(Rng& rng) : fc(4, 4, rng), unused(1, 1, rng) {}
  // One product of its own, and fc twice.
  Tensor forward(const Tensor& x) override {
    return act(fc(fc(matmul(x, zeros({4, 4}, x.dtype())))));
  }
  void fields(nn::Fields& visit) override {
    visit("fc", fc);
    visit("unused", unused);
    visit("act", act);
  }
};

TEST(ModuleSummary, is_a_table_of_layers_and_their_sums) {
  Rng rng(1);
  nn::Sequential net(nn::Conv2d(1, 8, 5, {.padding = 2}, rng), nn::ReLU(), nn::MaxPool2d(2),
                     nn::Flatten(), nn::Dropout(0.5, rng), nn::Linear(8 * 14 * 14, 10, rng));
  EXPECT_EQ(nn::summary(net, {1, 1, 28, 28}),
            "layer  type        output          parameters  trainable    FLOPs   bytes\n"
            "(net)  Sequential  [1, 10]                  0          0        0       0\n"
            "0      Conv2d      [1, 8, 28, 28]         208        208  313,600  25,088\n"
            "1      ReLU        [1, 8, 28, 28]           0          0        0  25,088\n"
            "2      MaxPool2d   [1, 8, 14, 14]           0          0        0   6,272\n"
            "3      Flatten     [1, 1568]                0          0        0       0\n"
            "4      Dropout     [1, 1568]                0          0        0       0\n"
            "5      Linear      [1, 10]             15,690     15,690   31,360      40\n"
            "total                                  15,898     15,898  344,960  56,488\n");
}

TEST(ModuleSummary, tells_calls_work_of_its_own_and_frozen_parts_apart) {
  Rng rng(1);
  Stage net(rng);
  net.fc.freeze();
  EXPECT_EQ(nn::summary(net, ones({2, 4})),
            "layer   type    output      parameters  trainable  FLOPs  bytes\n"
            "(net)   Stage   [2, 4]               0          0     64      0\n"
            "fc      Linear  [2, 4] x2           20          0    128     64\n"
            "unused  Linear  not called           2          2      0      0\n"
            "act     ReLU    [2, 4]               0          0      0     32\n"
            "total                               22          2    192     96\n");
}

TEST(ModuleSummary, gives_the_parts_of_a_transformer_their_work) {
  Rng rng(1);
  nn::TransformerEncoderLayer layer(8, 2, rng, {.feedforward = 16});
  const nn::Summary found = nn::summarize(layer, {3, 5, 8});
  const auto& attention = found.layers[1];
  EXPECT_EQ(attention.path, "self_attn");
  EXPECT_EQ(attention.type, "MultiheadAttention");
  EXPECT_EQ(attention.calls, 1);
  EXPECT_EQ(attention.parameters, 3 * 8 * 8 + 3 * 8);
  const Index places = 3 * 5;
  // q, k and v; then scores and their products with v, in each of two heads of 4 numbers.
  EXPECT_EQ(attention.flops, 2 * places * 8 * 24 + 2 * (2 * 3 * 2 * 5 * 5 * 4));
  EXPECT_EQ(found.layers[0].flops, 0);
  EXPECT_EQ(found.total.flops, attention.flops + 2 * places * (8 * 8 + 2 * 8 * 16));
}

TEST(ModuleSummary, gives_work_of_a_module_that_is_not_called_to_the_one_around_it) {
  struct Holder : nn::Module {
    nn::Linear inner;
    explicit Holder(Rng& rng) : inner(3, 4, rng) {}
    Tensor forward(const Tensor& x) override { return inner.forward(x); }
    void fields(nn::Fields& visit) override { visit("inner", inner); }
  };
  Rng rng(1);
  Holder net(rng);
  const nn::Summary found = nn::summarize(net, {2, 3});
  EXPECT_EQ(found.layers[1].calls, 0);
  EXPECT_EQ(found.layers[1].flops, 0);
  EXPECT_EQ(found.layers[0].flops, 2 * 2 * 3 * 4);
  EXPECT_EQ(found.total.output, Shape{});
}

TEST(ModuleSummary, counts_shared_parameters_once) {
  Rng rng(1);
  nn::Linear fc(3, 3, rng);
  nn::Sequential net(fc, nn::Residual(fc));
  const nn::Summary found = nn::summarize(net, {1, 3});
  EXPECT_EQ(found.total.parameters, 12);
  EXPECT_EQ(found.layers[1].path, "0");
  EXPECT_EQ(found.layers[1].parameters, 12);
  EXPECT_EQ(found.layers[3].path, "1.0");
  EXPECT_EQ(found.layers[3].parameters, 0);
  EXPECT_EQ(found.total.flops, 2 * 2 * 9);
}

TEST(ModuleSummary, gives_an_input_of_the_dtype_of_the_parameters) {
  Rng rng(1);
  nn::Linear fc(3, 2, rng);
  fc.to(f64);
  EXPECT_EQ(nn::summarize(fc, {5, 3}).total.bytes, 5 * 2 * 8);
}

TEST(ModuleSummary, leaves_modes_hooks_and_gradients_as_they_were) {
  Rng rng(1);
  nn::Sequential net(nn::Linear(3, 3, rng), nn::Dropout(0.5, rng), nn::Dropout(0.5, rng));
  net[1].eval();
  bool recorded = true;
  bool trained = true;
  int calls = 0;
  nn::on_forward(net[2], [&](nn::Module& m, const Tensor&, const Tensor& y) {
    recorded = y.requires_grad();
    trained = m.is_training();
    ++calls;
  });
  nn::summarize(net, {1, 3});
  EXPECT_FALSE(recorded);
  EXPECT_FALSE(trained);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(net.is_training());
  EXPECT_FALSE(net[1].is_training());
  EXPECT_TRUE(net[2].is_training());
  EXPECT_TRUE(net(ones({1, 3})).requires_grad());
}

TEST(ModuleSummary, leaves_all_as_it_was_where_the_pass_throws) {
  Rng rng(1);
  nn::Sequential net(nn::Linear(3, 3, rng), nn::Linear(4, 3, rng));
  EXPECT_THROW(nn::summarize(net, {1, 3}), ShapeError);
  EXPECT_THROW(nn::summarize(net, {1, 2}), ShapeError);
  EXPECT_TRUE(net.is_training());
  EXPECT_EQ(flop_counter(), nullptr);
  EXPECT_EQ(net[0](ones({1, 3})).shape(), (Shape{1, 3}));
}

TEST(CountFlops, counts_products_while_it_lives) {
  const Tensor a = ones({3, 4});
  const Tensor b = ones({4, 5});
  const CountFlops outer;
  {
    const CountFlops inner;
    matmul(a, b);
    EXPECT_EQ(inner.flops(), 2 * 3 * 4 * 5);
    EXPECT_EQ(outer.flops(), 0);
  }
  EXPECT_EQ(outer.flops(), 120);
  matmul(ones({7, 3, 4}), b);
  EXPECT_EQ(outer.flops(), 120 + 7 * 120);
}

// A convolution works in pieces, a recurrence multiplies inside them, and a large product is cut.
TEST(ThreadsCountFlops, counts_the_same_on_any_number_of_threads) {
  Rng rng(1);
  nn::Conv2d conv(2, 6, 3, {.padding = 1, .groups = 2}, rng);
  nn::LSTM lstm(5, 7, rng);
  const int before = num_threads();
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    EXPECT_EQ(nn::summarize(conv, {40, 2, 9, 8}).total.flops, std::int64_t{2} * 40 * 72 * 6 * 9);
    EXPECT_EQ(nn::summarize(lstm, {100, 4, 5}).total.flops,
              std::int64_t{2} * 100 * 4 * 28 * (5 + 7));
    const CountFlops count;
    matmul(ones({256, 300}), ones({300, 200}));
    EXPECT_EQ(count.flops(), std::int64_t{2} * 256 * 300 * 200);
  }
  set_num_threads(before);
}

}  // namespace
}  // namespace gradus
