#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/map.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/relu.h>
#include <gradus/autograd/ops/scatter_pool.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/conv.h>
#include <gradus/core/conv_pool.h>

namespace gradus {
namespace {

using core::ConvShape;

// y, dx and dw of a convolution, y = x * w, are each linear in both of their operands, and the
// derivatives of each are the two others.
Tensor conv(const ConvShape& s, const Tensor& x, const Tensor& w);
Tensor conv_input(const ConvShape& s, const Tensor& dy, const Tensor& w);
Tensor conv_weight(const ConvShape& s, const Tensor& x, const Tensor& dy);

template <class F, class G>
Tensor record_product(const Tensor& result, const char* name, const Tensor& a, const Tensor& b,
                      F by_a, G by_b) {
  return record(result, name, {a, b},
                [a = Saved(a), b = Saved(b), by_a, by_b](const Tensor& d, Grads& dx) {
                  if (dx.wanted(0)) {
                    dx[0] = by_a(d, *b);
                  }
                  if (dx.wanted(1)) {
                    dx[1] = by_b(*a, d);
                  }
                });
}

Tensor conv(const ConvShape& s, const Tensor& x, const Tensor& w) {
  return record_product(
      core::conv("conv", s, x, w, {}), "conv", x, w,
      [s](const Tensor& dy, const Tensor& w_) { return conv_input(s, dy, w_); },
      [s](const Tensor& x_, const Tensor& dy) { return conv_weight(s, x_, dy); });
}

Tensor conv_input(const ConvShape& s, const Tensor& dy, const Tensor& w) {
  return record_product(
      core::conv_input("conv_input", s, dy, w), "conv_input", dy, w,
      [s](const Tensor& x, const Tensor& w_) { return conv(s, x, w_); },
      [s](const Tensor& dy_, const Tensor& x) { return conv_weight(s, x, dy_); });
}

Tensor conv_weight(const ConvShape& s, const Tensor& x, const Tensor& dy) {
  return record_product(
      core::conv_weight("conv_weight", s, x, dy), "conv_weight", x, dy,
      [s](const Tensor& w, const Tensor& dy_) { return conv_input(s, dy_, w); },
      [s](const Tensor& x_, const Tensor& w) { return conv(s, x_, w); });
}

void check_bias(const char* where, const Tensor& bias, Index out, const Tensor& weight) {
  require<ShapeError>(!bias || bias.shape() == Shape{out}, where, ": bias must be [", out,
                      "] for weight ", weight.shape(), ", got ", bias ? bias.shape() : Shape{});
  require<DtypeError>(!bias || bias.dtype() == weight.dtype(), where, ": bias must have the dtype ",
                      weight.dtype(), " of weight, got ", bias ? bias.dtype() : f32,
                      "; convert one with convert(x, dtype)");
}

// The ReLU behind a convolution, and its derivative by its value.
constexpr auto kRelu = [](auto& y) { y = Relu::value(y); };
constexpr auto kReluDerivative = [](const auto& value, const auto& dy) {
  return Relu::derivative(value, dy);
};

// The gradients of x, weight and bias; d: that of the sum.
void put_gradients(const char* name, const ConvShape& s, const Saved& x, const Saved& weight,
                   const Tensor& d, Grads& dx) {
  if (dx.wanted(0)) {
    dx[0] = conv_input(s, d, *weight);
  }
  if (dx.wanted(1) && dx.wanted(2) && !is_recording()) {
    dx[1] = core::conv_weight(name, s, *x, d, &dx[2]);  // in one pass over dy
    return;
  }
  if (dx.wanted(1)) {
    dx[1] = conv_weight(s, *x, d);
  }
  if (dx.wanted(2)) {
    dx[2] = sum(d, {0, 2, 3});  // db: each place of dy
  }
}

// bias may be undefined.
template <class F>
Tensor record_with_bias(const Tensor& y, const char* name, const Tensor& x, const Tensor& weight,
                        const Tensor& bias, F derive) {
  if (!bias) {
    return record(y, name, {x, weight}, [derive](const Tensor& dy, Grads& dx) { derive(dy, dx); });
  }
  return record(y, name, {x, weight, bias}, derive);
}

// y, made of x, weight and bias, which may be undefined.  by_sum(dy) is the gradient of what was
// added up for y.
template <class F>
Tensor record_conv(const char* name, const ConvShape& s, const Tensor& y, const Tensor& x,
                   const Tensor& weight, const Tensor& bias, F by_sum) {
  const auto derive = [s, name, x = Saved(x), w = Saved(weight), by_sum](const Tensor& dy,
                                                                         Grads& dx) {
    put_gradients(name, s, x, w, by_sum(dy, dx), dx);
  };
  return record_with_bias(y, name, x, weight, bias, derive);
}

Tensor run_conv(const char* name, const ConvShape& s, const Tensor& x, const Tensor& weight,
                const Tensor& bias) {
  return record_conv(name, s, core::conv(name, s, x, weight, bias), x, weight, bias,
                     [](const Tensor& dy, const Grads&) { return dy; });
}

ConvShape conv2d_shape(const char* name, const Tensor& x, const Tensor& weight, const Tensor& bias,
                       const Conv2dOptions& options) {
  const core::Window window{
      .stride = options.stride, .padding = options.padding, .dilation = options.dilation};
  const ConvShape s = core::conv_shape(name, x.shape(), weight.shape(), window, options.groups);
  check_bias(name, bias, s.groups * s.out, weight);
  return s;
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const Conv2dOptions& options) {
  return run_conv("conv2d", conv2d_shape("conv2d", x, weight, bias, options), x, weight, bias);
}

Tensor conv2d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                   const Conv2dOptions& options) {
  const ConvShape s = conv2d_shape("conv2d_relu", x, weight, bias, options);
  const core::ElementLoop finish = core::loop_in_place(kRelu);
  const Tensor y = core::conv("conv2d_relu", s, x, weight, bias, &finish);
  return record_conv("conv2d_relu", s, y, x, weight, bias,
                     [y = Saved(y)](const Tensor& dy, const Grads& dx) {
                       return derivative_in_place("conv2d_relu", kReluDerivative, dy, dx.result(y));
                     });
}

Tensor conv2d_relu_max_pool2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                              const Conv2dOptions& options, const Size2& kernel,
                              const MaxPoolOptions& pool) {
  const char* const name = "conv2d_relu_max_pool2d";
  const ConvShape s = conv2d_shape(name, x, weight, bias, options);
  const core::ElementLoop finish = core::loop_in_place(kRelu);
  const core::PoolAxes axes =
      max_pool_axes("conv2d_relu_max_pool2d, pooling", s.y_shape(), kernel, pool);
  const core::MaxPool result = core::conv_max_pool(name, s, x, weight, bias, &finish, axes);
  return record_with_bias(
      result.y, name, x, weight, bias,
      [s, name, x = Saved(x), w = Saved(weight), y = Saved(result.y), index = result.index](
          const Tensor& dy, Grads& dx) {
        // ReLU's derivative at the places that were chosen: the others get nothing from the
        // pooling.
        const Tensor d = derivative_in_place(name, kReluDerivative, dy, dx.result(y));
        if (is_recording() || !dx.wanted(1)) {
          return put_gradients(name, s, x, w, scatter_pool(d, index, s.y_shape()), dx);
        }
        if (dx.wanted(0)) {
          dx[0] = core::conv_max_pool_input(name, s, d, index, *w);
        }
        dx[1] = core::conv_max_pool_weight(name, s, *x, d, index, dx.wanted(2) ? &dx[2] : nullptr);
      });
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose2dOptions& options) {
  const core::Window window{
      .stride = options.stride, .padding = options.padding, .dilation = options.dilation};
  const ConvShape s = core::conv_transpose_shape("conv_transpose2d", x.shape(), weight.shape(),
                                                 window, options.groups, options.output_padding);
  check_bias("conv_transpose2d", bias, s.groups * s.in, weight);
  const Tensor y = record_product(
      core::conv_input("conv_transpose2d", s, x, weight), "conv_transpose2d", x, weight,
      [s](const Tensor& dy, const Tensor& w) { return conv(s, dy, w); },
      [s](const Tensor& x_, const Tensor& dy) { return conv_weight(s, dy, x_); });
  return bias ? y + reshape(bias, {bias.numel(), 1, 1}) : y;
}

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const Conv1dOptions& options) {
  const core::Window window{.stride = {1, options.stride},
                            .padding = {0, options.padding},
                            .dilation = {1, options.dilation},
                            .one_dimension = true};
  const ConvShape s = core::conv_shape("conv1d", x.shape(), weight.shape(), window, options.groups);
  check_bias("conv1d", bias, s.groups * s.out, weight);
  return squeeze(run_conv("conv1d", s, unsqueeze(x, 2), unsqueeze(weight, 2), bias), 2);
}

}  // namespace gradus
