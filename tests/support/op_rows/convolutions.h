#pragma once
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/pool.h>

#include "support/op_row.h"

namespace gradus::test {

inline std::vector<OpRow> convolution_rows() {
  const ShapeLists shapes = {{{1, 1, 1, 1}, {1, 1, 1, 1}, {1}}, {{2, 2, 3, 4}, {3, 2, 2, 3}, {3}},
                             {{1, 3, 2, 2}, {2, 3, 1, 1}, {2}}, {{0, 1, 3, 3}, {2, 1, 2, 2}, {2}},
                             {{3, 1, 4, 3}, {1, 1, 3, 1}, {1}}, {{2, 1, 2, 2}, {1, 1, 2, 2}, {1}}};
  return {{"conv2d", [](const Tensors& x) { return conv2d(x[0], x[1], x[2]); }, shapes},
          {"conv2d_of_one_shape",
           [](const Tensors& x) { return conv2d(x[0], x[1], {}, {.padding = 1}); },
           {{{1, 1, 2, 2}, {1, 1, 2, 2}},
            {{2, 2, 1, 2}, {2, 2, 1, 2}},
            {{2, 2, 2, 1}, {2, 2, 2, 1}},
            {{3, 3, 1, 1}, {3, 3, 1, 1}}}},
          {"conv2d_with_all_options",
           [](const Tensors& x) {
             return conv2d(x[0], x[1], x[2],
                           {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2});
           },
           {{{1, 2, 3, 3}, {2, 1, 2, 2}, {2}},
            {{2, 4, 4, 3}, {2, 2, 3, 3}, {2}},
            {{2, 2, 2, 5}, {4, 1, 3, 2}, {4}},
            {{0, 2, 3, 3}, {2, 1, 2, 2}, {2}},
            {{1, 2, 1, 1}, {2, 1, 3, 2}, {2}},
            {{3, 2, 2, 1}, {2, 1, 1, 1}, {2}}}},
          {"conv2d_relu",
           [](const Tensors& x) {
             return conv2d_relu(x[0], x[1], x[2], {.stride = {1, 2}, .padding = 1});
           },
           shapes},
          {"conv2d_relu_max_pool2d",
           [](const Tensors& x) {
             return conv2d_relu_max_pool2d(x[0], x[1], x[2], {.padding = 1}, {1, 2});
           },
           shapes},
          {"conv1d",
           [](const Tensors& x) {
             return conv1d(x[0], x[1], x[2], {.stride = 2, .padding = 1, .dilation = 2});
           },
           {{{1, 1, 1}, {1, 1, 2}, {1}},
            {{2, 2, 5}, {3, 2, 2}, {3}},
            {{1, 3, 4}, {2, 3, 3}, {2}},
            {{0, 1, 3}, {2, 1, 2}, {2}},
            {{3, 1, 8}, {1, 1, 3}, {1}},
            {{2, 2, 3}, {2, 2, 1}, {2}}}},
          {"conv_transpose2d",
           [](const Tensors& x) { return conv_transpose2d(x[0], x[1], x[2]); },
           {{{1, 1, 1, 1}, {1, 1, 1, 1}, {1}},
            {{2, 2, 2, 3}, {2, 3, 2, 2}, {3}},
            {{1, 3, 2, 1}, {3, 2, 1, 3}, {2}},
            {{0, 1, 3, 3}, {1, 2, 2, 2}, {2}},
            {{3, 1, 2, 2}, {1, 1, 3, 1}, {1}},
            {{2, 2, 1, 1}, {2, 2, 2, 2}, {2}}}},
          {"conv_transpose2d_with_all_options",
           [](const Tensors& x) {
             return conv_transpose2d(x[0], x[1], x[2],
                                     {.stride = {2, 1},
                                      .padding = {1, 0},
                                      .output_padding = {1, 1},
                                      .dilation = {1, 2},
                                      .groups = 2});
           },
           {{{1, 2, 2, 2}, {2, 1, 2, 2}, {2}},
            {{2, 4, 1, 2}, {4, 1, 3, 2}, {2}},
            {{1, 2, 3, 1}, {2, 2, 1, 1}, {4}},
            {{0, 2, 2, 2}, {2, 1, 3, 3}, {2}},
            {{2, 2, 1, 1}, {2, 1, 2, 3}, {2}},
            {{1, 4, 2, 2}, {4, 2, 2, 1}, {4}}}}};
}

inline std::vector<OpRow> pool_rows() {
  const ShapeLists images = {{{1, 1, 2, 2}}, {{2, 1, 4, 3}}, {{0, 2, 3, 3}}, {{1, 3, 2, 5}},
                             {{2, 2, 3, 3}}, {{1, 1, 6, 4}}, {{3, 1, 2, 3}}};
  const ShapeLists lines = {{{1, 1, 2}}, {{2, 1, 4}}, {{0, 2, 3}}, {{1, 3, 5}},
                            {{2, 2, 3}}, {{1, 1, 9}}, {{3, 1, 2}}};
  return {
      on_shapes("max_pool2d", images, [](const Tensor& x) { return max_pool2d(x, 2); }),
      on_shapes(
          "max_pool2d_with_all_options", images,
          [](const Tensor& x) {
            return max_pool2d(x, {3, 2}, {.stride = Size2{2, 1}, .padding = 1, .dilation = {1, 2}});
          }),
      on_shapes("avg_pool2d", images,
                [](const Tensor& x) {
                  return avg_pool2d(x, {2, 1});
                }),
      on_shapes("avg_pool2d_with_all_options", images,
                [](const Tensor& x) {
                  return avg_pool2d(
                      x, {3, 2}, {.stride = Size2{2, 1}, .padding = 1, .count_include_pad = false});
                }),
      on_shapes("adaptive_avg_pool2d", images,
                [](const Tensor& x) {
                  return adaptive_avg_pool2d(x, {2, 3});
                }),
      on_shapes("max_pool2d_ceil_mode", images,
                [](const Tensor& x) { return max_pool2d(x, 2, {.stride = 3, .ceil_mode = true}); }),
      on_shapes(
          "avg_pool2d_ceil_mode", images,
          [](const Tensor& x) { return avg_pool2d(x, 2, {.padding = 1, .ceil_mode = true}); }),
      on_shapes("max_pool1d", lines,
                [](const Tensor& x) { return max_pool1d(x, 2, {.stride = 1, .padding = 1}); }),
      on_shapes("avg_pool1d", lines,
                [](const Tensor& x) { return avg_pool1d(x, 2, {.padding = 1}); })};
}

}  // namespace gradus::test
