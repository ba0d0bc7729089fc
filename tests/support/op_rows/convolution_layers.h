#pragma once
#include <gradus/nn/conv.h>
#include <gradus/nn/pool.h>

#include "support/op_row.h"

namespace gradus::test {

/// Layers with their parameters as inputs: x, weight, bias.
inline std::vector<OpRow> convolution_layer_rows() {
  const auto with_parameters = [](auto layer) {
    return [layer](const Tensors& x) {
      auto own = layer;
      own.weight = x[1];
      own.bias = x[2];
      return own(x[0]);
    };
  };
  const auto images = [](const Shape& weight, const Shape& bias) {
    ShapeLists shapes;
    for (const Shape& x : {Shape{1, 2, 2, 2}, Shape{2, 2, 3, 2}, Shape{0, 2, 3, 3},
                           Shape{1, 2, 4, 3}, Shape{3, 2, 2, 3}, Shape{1, 2, 1, 3}}) {
      shapes.push_back({x, weight, bias});
    }
    return shapes;
  };
  const ShapeLists lines = {{{1, 2, 2}, {4, 1, 2}, {4}}, {{2, 2, 3}, {4, 1, 2}, {4}},
                            {{0, 2, 3}, {4, 1, 2}, {4}}, {{1, 2, 5}, {4, 1, 2}, {4}},
                            {{3, 2, 1}, {4, 1, 2}, {4}}, {{2, 2, 4}, {4, 1, 2}, {4}}};
  const ShapeLists pooled = {{{1, 1, 2, 2}}, {{2, 1, 4, 3}}, {{0, 2, 3, 3}},
                             {{1, 3, 2, 5}}, {{2, 2, 3, 3}}, {{1, 1, 6, 4}}};
  Rng rng(1);
  return {
      {"Conv2d_layer", with_parameters(nn::Conv2d(2, 3, {2, 3}, {.padding = 1}, rng)),
       images({3, 2, 2, 3}, {3})},
      {"Conv1d_layer",
       with_parameters(nn::Conv1d(2, 4, 2, {.stride = 2, .padding = 1, .groups = 2}, rng)), lines},
      {"ConvTranspose2d_layer",
       with_parameters(nn::ConvTranspose2d(2, 1, {2, 1}, {.stride = {2, 1}}, rng)),
       images({2, 1, 2, 1}, {1})},
      on_shapes("MaxPool2d_layer", pooled,
                [](const Tensor& x) { return nn::MaxPool2d(2, {.stride = 1})(x); }),
      on_shapes("AvgPool2d_layer", pooled,
                [](const Tensor& x) { return nn::AvgPool2d(2, {.padding = 1})(x); }),
      on_shapes("AdaptiveAvgPool2d_layer", pooled, [](const Tensor& x) {
        return nn::AdaptiveAvgPool2d({1, 2})(x);
      })};
}

}  // namespace gradus::test
