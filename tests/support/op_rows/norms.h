#pragma once
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/group_norm.h>
#include <gradus/nn/layer_norm.h>

#include "support/op_rows/attention.h"

namespace gradus::test {

inline std::vector<OpRow> norm_rows() {
  const std::vector<Shape> images = {{2, 2, 1, 2}, {3, 2, 2, 1}, {1, 2, 2, 2},
                                     {2, 2, 1, 1}, {4, 2, 1, 1}, {2, 2, 3, 2}};
  const std::vector<Shape> rows = {{3, 2}, {2, 2, 3}, {5, 2}, {1, 2, 4}, {4, 2}, {2, 2, 2}};
  const std::vector<Shape> planes = {{2, 3},    {1, 2, 3},    {3, 2, 3},
                                     {0, 2, 3}, {2, 1, 2, 3}, {2, 2, 3}};
  return {layer_row("rms_norm", [] { return nn::RMSNorm(3, 0.1); }, {{3}},
                    {{3}, {2, 3}, {1, 3}, {2, 2, 3}, {0, 3}, {4, 1, 3}}),
          layer_row("group_norm", [] { return nn::GroupNorm(2, 4, 0.1); }, {{4}, {4}},
                    {{2, 4}, {1, 4, 2}, {2, 4, 3}, {2, 4, 1, 2}, {3, 4, 2}, {0, 4, 2}}),
          layer_row("group_norm_alone", [] { return nn::GroupNorm(2, 4, 0.1, false); }, {},
                    {{2, 4}, {1, 4, 2}, {2, 4, 3}, {2, 4, 1, 2}, {3, 4, 2}, {0, 4, 2}}),
          layer_row("rms_norm_alone", [] { return nn::RMSNorm(3, 0.1, false); }, {},
                    {{3}, {2, 3}, {1, 3}, {2, 2, 3}, {0, 3}, {4, 1, 3}}),
          layer_row(
              "layer_norm_layer_of_two_dimensions",
              [] {
                return nn::LayerNorm(Shape{2, 3}, {.eps = 0.1});
              },
              {{2, 3}, {2, 3}}, planes),
          layer_row(
              "layer_norm_layer_without_bias",
              [] {
                return nn::LayerNorm(Shape{2, 3}, {.eps = 0.1, .bias = false});
              },
              {{2, 3}}, planes),
          layer_row(
              "layer_norm_layer_alone",
              [] { return nn::LayerNorm(3, {.eps = 0.1, .affine = false}); }, {}, planes),
          layer_row(
              "batch_norm_1d", [] { return nn::BatchNorm1d(2, {.eps = 0.1}); }, {{2}, {2}}, rows),
          layer_row(
              "batch_norm_2d", [] { return nn::BatchNorm2d(2, {.eps = 0.1}); }, {{2}, {2}}, images),
          layer_row(
              "batch_norm_evaluated",
              [] {
                nn::BatchNorm2d layer(2);
                layer.running_mean = from_vector<double>({0.5, -1}, {2});
                layer.running_var = from_vector<double>({0.5, 2}, {2});
                layer.eval();
                return layer;
              },
              {{2}, {2}}, images)};
}

}  // namespace gradus::test
