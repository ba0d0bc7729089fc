#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/scatter_pool.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/pool.h>

#include <memory>

namespace gradus {
namespace {

using core::PoolAxes;
using core::Window;

// To choose numbers by their places, and to add numbers up at them: each is the other's derivative.
Tensor gather(const Tensor& x, const Tensor& index) {
  return record(core::gather_pool(x, index), "max_pool_gather", {x},
                [index, shape = x.shape()](const Tensor& dy, Grads& dx) {
                  dx[0] = scatter_pool(dy, index, shape);
                });
}

Tensor largest(const char* name, const PoolAxes& axes, const Tensor& x) {
  const core::MaxPool pool = core::max_pool(name, axes, x);
  return record(pool.y, name, {x},
                [index = pool.index, shape = x.shape()](const Tensor& dy, Grads& dx) {
                  dx[0] = scatter_pool(dy, index, shape);
                });
}

// Means, and equal shares: linear, and each the other's derivative.
using SharedAxes = std::shared_ptr<const PoolAxes>;

Tensor means(const char* name, const SharedAxes& axes, const Tensor& x);

Tensor spread(const SharedAxes& axes, const Tensor& dy) {
  return record(core::avg_pool_input(*axes, dy), "avg_pool_input", {dy},
                [axes](const Tensor& g, Grads& dx) { dx[0] = means("avg_pool", axes, g); });
}

Tensor means(const char* name, const SharedAxes& axes, const Tensor& x) {
  return record(core::avg_pool(name, *axes, x), name, {x},
                [axes](const Tensor& dy, Grads& dx) { dx[0] = spread(axes, dy); });
}

Tensor means(const char* name, const PoolAxes& axes, const Tensor& x) {
  return means(name, std::make_shared<const PoolAxes>(axes), x);
}

Size2 flat(const Size2& size, Index height) { return {height, size.w}; }

}  // namespace

Tensor scatter_pool(const Tensor& dy, const Tensor& index, const Shape& shape) {
  return record(core::scatter_pool(dy, index, shape), "max_pool_input", {dy},
                [index](const Tensor& g, Grads& dx) { dx[0] = gather(g, index); });
}

core::PoolAxes max_pool_axes(const char* where, const Shape& x, const Size2& kernel,
                             const MaxPoolOptions& options) {
  const Window window{.kernel = kernel,
                      .stride = options.stride.value_or(kernel),
                      .padding = options.padding,
                      .dilation = options.dilation,
                      .ceil_mode = options.ceil_mode};
  return core::pool_axes(where, x, window, false);
}

Tensor max_pool2d(const Tensor& x, const Size2& kernel, const MaxPoolOptions& options) {
  return largest("max_pool2d", max_pool_axes("max_pool2d", x.shape(), kernel, options), x);
}

Tensor avg_pool2d(const Tensor& x, const Size2& kernel, const AvgPoolOptions& options) {
  const Window window{.kernel = kernel,
                      .stride = options.stride.value_or(kernel),
                      .padding = options.padding,
                      .ceil_mode = options.ceil_mode};
  return means("avg_pool2d",
               core::pool_axes("avg_pool2d", x.shape(), window, options.count_include_pad), x);
}

Tensor adaptive_avg_pool2d(const Tensor& x, const Size2& output) {
  return means("adaptive_avg_pool2d", core::adaptive_axes("adaptive_avg_pool2d", x.shape(), output),
               x);
}

Tensor max_pool1d(const Tensor& x, Index kernel, const MaxPoolOptions& options) {
  const Window window{.kernel = {1, kernel},
                      .stride = flat(options.stride.value_or(kernel), 1),
                      .padding = flat(options.padding, 0),
                      .dilation = flat(options.dilation, 1),
                      .one_dimension = true,
                      .ceil_mode = options.ceil_mode};
  const PoolAxes axes = core::pool_axes("max_pool1d", x.shape(), window, false);
  return squeeze(largest("max_pool1d", axes, unsqueeze(x, 2)), 2);
}

Tensor avg_pool1d(const Tensor& x, Index kernel, const AvgPoolOptions& options) {
  const Window window{.kernel = {1, kernel},
                      .stride = flat(options.stride.value_or(kernel), 1),
                      .padding = flat(options.padding, 0),
                      .one_dimension = true,
                      .ceil_mode = options.ceil_mode};
  const PoolAxes axes = core::pool_axes("avg_pool1d", x.shape(), window, options.count_include_pad);
  return squeeze(means("avg_pool1d", axes, unsqueeze(x, 2)), 2);
}

}  // namespace gradus
