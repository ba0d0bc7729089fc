#pragma once
// Convolutions, as in most of deep learning without turning the kernel around.  Formula in
// core/conv.h.  Images come in batches: [channels, ...] alone is refused (PyTorch takes it).
//
// Fukushima: Neocognitron. Biological Cybernetics 36, 1980.  LeCun et al.: Backpropagation applied
//   to handwritten zip code recognition. Neural Computation 1, 1989.
// Transposed: Zeiler et al.: Deconvolutional networks. CVPR 2010.
#include <gradus/autograd/ops/pool.h>

namespace gradus {

struct Conv2dOptions {
  Size2 stride = 1;
  Size2 padding = 0;   ///< zeros on either side
  Size2 dilation = 1;  ///< distance of the kernel's elements
  Index groups = 1;    ///< of channels that do not see each other
};

struct ConvTranspose2dOptions {
  Size2 stride = 1;
  Size2 padding = 0;         ///< what is cut off on either side
  Size2 output_padding = 0;  ///< added to the output's size at its end
  Size2 dilation = 1;
  Index groups = 1;
};

struct Conv1dOptions {
  Index stride = 1;
  Index padding = 0;
  Index dilation = 1;
  Index groups = 1;
};

/// x: [batch, channels, height, width], weight: [out, channels / groups, kernel height, kernel
/// width], bias: [out] or undefined -> [batch, out, rows, columns], with
///   rows = (height + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down.
/// Throws ShapeError, ValueError or DtypeError, naming the argument that does not fit.  Sides,
/// kernels and options are at most 2^31 - 1.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {});

/// relu(conv2d(...)), the same numbers, in one operation: nothing between the two is kept, and less
/// memory is moved.  nn::Sequential takes it for a Conv2d that a ReLU follows.
Tensor conv2d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                   const Conv2dOptions& options = {});

/// max_pool2d(conv2d_relu(...)), the same numbers, in one operation: what the two hand to each
/// other, which is larger than all else, stays in the cache, an image at a time.  nn::Sequential
/// takes it for a Conv2d that a ReLU and a MaxPool2d follow.  The gradient needs the result, other
/// than that of max_pool2d alone: if it is changed in place before, backward() throws GraphError.
/// Throws as conv2d and max_pool2d, whose x is what the convolution gives.
Tensor conv2d_relu_max_pool2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                              const Conv2dOptions& options, const Size2& kernel,
                              const MaxPoolOptions& pool = {});

/// The gradient of conv2d by its input, as an operation: x: [batch, channels, height, width],
/// weight: [channels, out / groups, kernel height, kernel width], bias: [out] or undefined ->
/// [batch, out, rows, columns], with
///   rows = (height - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
/// Throws as conv2d.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose2dOptions& options = {});

/// x: [batch, channels, length], weight: [out, channels / groups, kernel], bias: [out] or undefined
/// -> [batch, out, places].  Throws as conv2d.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv1dOptions& options = {});

}  // namespace gradus
