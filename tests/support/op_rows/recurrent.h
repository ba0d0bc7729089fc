#pragma once
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/recurrence.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/recurrent.h>

#include "support/op_row.h"
#include "support/parameters.h"

namespace gradus::test {

template <class F>
OpRow recurrence_row(const char* name, F f, Index gates, Index states) {
  OpRow row{name, [f](const Tensors& x) { return f(x[0], x[1], x[2]); }, {}};
  struct Sizes {
    Index steps, batch, hidden;
  };
  // 33 sequences: one more than run together.
  for (const Sizes& s : {Sizes{2, 33, 1}, Sizes{1, 1, 1}, Sizes{3, 2, 2}, Sizes{2, 1, 3},
                         Sizes{4, 3, 1}, Sizes{2, 0, 2}, Sizes{0, 2, 2}}) {
    row.shapes.push_back({{s.steps, s.batch, gates * s.hidden},
                          {gates * s.hidden, s.hidden},
                          {s.batch, states * s.hidden}});
  }
  return row;
}

/// x, h, then the parameters, of a layer with 2 inputs and 2 hidden units; all its outputs.
template <class Layer>
OpRow recurrent_layer_row(const char* name, Index gates, bool has_c, bool both_directions,
                          bool bias) {
  const auto f = [=](const Tensors& x) {
    Rng rng(1);
    Layer layer(2, 2, rng, {.bidirectional = both_directions, .bias = bias});
    const std::size_t states = has_c ? 3 : 2;
    replace_parameters(layer, {x.begin() + std::ptrdiff_t(states), x.end()});
    const auto out = layer.run(x[0], x[1], has_c ? x[2] : Tensor());
    const Tensor all = cat({reshape(out.y, {-1}), reshape(out.h, {-1})}, 0);
    return has_c ? cat({all, reshape(out.c, {-1})}, 0) : all;
  };
  OpRow row{name, f, {}};
  const Index directions = both_directions ? 2 : 1;
  for (const Shape& x : {Shape{1, 1, 2}, Shape{2, 3, 2}, Shape{3, 1, 2}, Shape{1, 4, 2},
                         Shape{2, 2, 2}, Shape{3, 2, 2}}) {
    std::vector<Shape> shapes = {x, {directions, x[0], 2}};
    if (has_c) {
      shapes.push_back(shapes[1]);
    }
    for (Index d = 0; d < directions; ++d) {
      shapes.push_back({gates * 2, 2});
      shapes.push_back({gates * 2, 2});
      if (bias) {
        shapes.push_back({gates * 2});
        shapes.push_back({gates * 2});
      }
    }
    row.shapes.push_back(shapes);
  }
  return row;
}

inline std::vector<OpRow> recurrent_rows() {
  const auto ahead = [](auto f) {
    return [f](const Tensor& gates, const Tensor& w, const Tensor& start) {
      return f(gates, w, start, false);
    };
  };
  const auto back = [](const Tensor& gates, const Tensor& w, const Tensor& start) {
    return lstm(gates, w, start, true);
  };
  const auto gru_ahead = [](const Tensor& gates, const Tensor& w, const Tensor& start) {
    return gru(gates, w, Tensor(), start, false);
  };
  // The same with a bias, which is the fourth operand here.
  OpRow gru_row = recurrence_row("gru", gru_ahead, 3, 1);
  gru_row.f = [](const Tensors& x) { return gru(x[0], x[1], x[3], x[2], true); };
  for (std::vector<Shape>& shapes : gru_row.shapes) {
    shapes.push_back({shapes[1][1]});
  }
  OpRow relu_row = recurrence_row("rnn_relu", ahead(rnn_relu), 1, 1);
  relu_row.both_signs = false;  // far from the kink
  return {recurrence_row("rnn_tanh", ahead(rnn_tanh), 1, 1),
          relu_row,
          recurrence_row("lstm", ahead(lstm), 4, 2),
          recurrence_row("lstm_backwards", back, 4, 2),
          recurrence_row("gru_without_bias", gru_ahead, 3, 1),
          gru_row,
          recurrent_layer_row<nn::RNN>("rnn_layer", 1, false, false, true),
          recurrent_layer_row<nn::LSTM>("lstm_layer", 4, true, true, true),
          recurrent_layer_row<nn::GRU>("gru_layer", 3, false, false, true),
          recurrent_layer_row<nn::GRU>("gru_layer_without_bias", 3, false, true, false)};
}

}  // namespace gradus::test
