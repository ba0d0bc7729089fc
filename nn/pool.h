#pragma once
// Pooling as layers.  x: [batch, channels, height, width].
#include <gradus/autograd/ops/pool.h>
#include <gradus/nn/module.h>

namespace gradus::nn {

/// The largest number of each window.
struct MaxPool2d : Module {
  Size2 kernel;
  MaxPoolOptions options;

  explicit MaxPool2d(const Size2& size, const MaxPoolOptions& o = {}) : kernel(size), options(o) {}
  Tensor forward(const Tensor& x) override { return max_pool2d(x, kernel, options); }
};

/// The mean of each window.
struct AvgPool2d : Module {
  Size2 kernel;
  AvgPoolOptions options;

  explicit AvgPool2d(const Size2& size, const AvgPoolOptions& o = {}) : kernel(size), options(o) {}
  Tensor forward(const Tensor& x) override { return avg_pool2d(x, kernel, options); }
};

/// The means of `output` windows, rows and columns, whatever the size of x.
struct AdaptiveAvgPool2d : Module {
  Size2 output;

  explicit AdaptiveAvgPool2d(const Size2& size) : output(size) {}
  Tensor forward(const Tensor& x) override { return adaptive_avg_pool2d(x, output); }
};

}  // namespace gradus::nn
