#pragma once
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/nn/transformer.h>

#include "support/op_row.h"
#include "support/parameters.h"

namespace gradus::test {

/// Every third place is hidden, and all of the first row.
inline Tensor some_mask(Index queries, Index keys) {
  std::vector<std::uint8_t> allowed(static_cast<std::size_t>(queries * keys));
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    allowed[i] = Index(i) >= keys && i % 3 != 1;
  }
  return from_vector(allowed, {queries, keys});
}

inline const ShapeLists kScores = {{{1, 1}},       {{2, 3}},    {{3, 2}},       {{4, 4}},
                                   {{2, 2, 3}},    {{2, 0, 3}}, {{0, 2}},       {{2, 1, 3, 2}},
                                   {{1, 1, 5, 1}}, {{2, 0}},    {{2, 3, 2, 2}}, {{1, 4}}};

inline const ShapeLists kDeep2d = {{{1, 1}}, {{2, 3}}, {{3, 1}}, {{5, 2}}, {{4, 4}}, {{2, 0}}};

/// x, then the parameters of the layer.
template <class Make>
OpRow layer_row(const char* name, Make make, const std::vector<Shape>& parameters,
                const std::vector<Shape>& xs) {
  OpRow row{name,
            [make](const Tensors& x) {
              auto layer = make();
              replace_parameters(layer, {x.begin() + 1, x.end()});
              return layer(x[0]);
            },
            {}};
  for (const Shape& x : xs) {
    row.shapes.push_back({x});
    row.shapes.back().insert(row.shapes.back().end(), parameters.begin(), parameters.end());
  }
  return row;
}

inline nn::TransformerEncoderLayer small_encoder(bool norm_first) {
  Rng rng(5);
  return {2, 1, rng, {.feedforward = 2, .gelu = true, .norm_first = norm_first, .eps = 0.5}};
}

inline std::vector<OpRow> attention_rows() {
  const std::vector<Shape> xs = {{1, 1, 2}, {2, 3, 2}, {1, 3, 2}, {3, 2, 2}, {2, 1, 2}, {1, 2, 2}};
  const auto multihead = [] {
    Rng rng(5);
    return nn::MultiheadAttention(2, 2, rng);
  };
  const std::vector<Shape> attention = {{6, 2}, {6}, {2, 2}, {2}};
  std::vector<Shape> encoder = attention;
  for (const Shape& shape :
       {Shape{2, 2}, Shape{2}, Shape{2, 2}, Shape{2}, Shape{2}, Shape{2}, Shape{2}, Shape{2}}) {
    encoder.push_back(shape);
  }
  const auto attend = [](bool causal) {
    return [causal](const Tensors& x) {
      return scaled_dot_product_attention(x[0], x[1], x[2], {.causal = causal});
    };
  };
  const ShapeLists qkv = {{{1, 1}, {1, 1}, {1, 1}},          {{2, 3}, {4, 3}, {4, 2}},
                          {{3, 2}, {3, 2}, {3, 2}},          {{2, 3, 2}, {2, 2, 2}, {2, 2, 1}},
                          {{2, 1, 3, 2}, {3, 2}, {3, 3}},    {{0, 2}, {3, 2}, {3, 1}},
                          {{2, 2, 3, 1}, {2, 4, 1}, {4, 2}}, {{3, 2}, {2, 3, 2}, {2, 3, 2}}};
  return {on_shapes("attention_weights", kScores,
                    [](const Tensor& x) { return attention_weights(x, 0.7); }),
          on_shapes("attention_weights_causal", kScores,
                    [](const Tensor& x) { return attention_weights(x, 0.7, {.causal = true}); }),
          on_shapes("attention_weights_masked", kScores,
                    [](const Tensor& x) {
                      return attention_weights(x, 0.7, {.mask = some_mask(x.size(-2), x.size(-1))});
                    }),
          {"attention", attend(false), qkv},
          {"attention_causal", attend(true), qkv},
          {"attention_masked",
           [](const Tensors& x) {
             return scaled_dot_product_attention(x[0], x[1], x[2],
                                                 {.mask = some_mask(x[0].size(-2), x[1].size(-2))});
           },
           qkv},
          layer_row("multihead_attention", multihead, attention, xs),
          layer_row("encoder_norm_last", [] { return small_encoder(false); }, encoder,
                    {{1, 1, 2}, {2, 3, 2}, {1, 2, 2}, {1, 3, 2}, {3, 1, 2}, {2, 2, 2}}),
          layer_row("encoder_norm_first", [] { return small_encoder(true); }, encoder,
                    {{1, 1, 2}, {2, 3, 2}, {1, 2, 2}, {1, 3, 2}, {3, 1, 2}, {2, 2, 2}}),
          {"layer_norm",
           [](const Tensors& x) { return layer_norm(x[0], x[1], x[2], 0.5); },
           {{{3}, {3}, {3}},
            {{1}, {1}, {1}},
            {{2, 4}, {4}, {4}},
            {{0, 3}, {3}, {3}},
            {{2, 2, 3}, {3}, {3}},
            {{3, 1}, {1}, {1}},
            {{1, 5}, {5}, {5}}}},
          {"attention_bias",
           [](const Tensors& x) {
             return attention_weights(x[0], 0.7, {.causal = true, .bias = x[1]});
           },
           {{{2, 3}, {2, 3}},
            {{2, 3, 2}, {3, 2}},
            {{1, 1}, {1}},
            {{3, 4}, {4}},
            {{4, 2}, {4, 1}},
            {{3, 3}, {3, 3}}}},
          on_shapes("embedding", kDeep2d,
                    [](const Tensor& w) {
                      const std::vector<std::int64_t> picks = {0, w.size(0) - 1, 0, w.size(0) / 2};
                      return embedding(from_vector(picks, {2, 2}), w);
                    }),
          on_shapes("layer_norm_alone", kRows,
                    [](const Tensor& x) { return layer_norm(x, Tensor(), Tensor(), 0.5); })};
}

}  // namespace gradus::test
