#pragma once
// The three products of a convolution: of image and weight, and the two that are its gradients.
// Each takes tensors of the shapes that a ConvShape names and gives the third.  With k the taps of
// the window (channel, row and column) at place p,
//   y[o, p] = sum_k weight[o, k] x[k at p] + bias[o].
//
// They run in tiles of our own (core/tiled_conv.h) where the processor has them.  Elsewhere, with
// negative padding, and where the image of a convolution with other strides than 1 gets its
// gradient, images are unfolded (core/unfold.h) a part at a time into recycled memory and
// multiplied by one call of BLAS a part.  Parts are cut by the sizes alone, so results are the same
// bits for any number of threads.
#include <gradus/core/conv_shape.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/tensor.h>

namespace gradus::core {

/// y: [batch, groups out, output].  bias: [groups out], or undefined.  `finish`, if not null, is
/// run on every number of y, a run of them at a time, while they are in the cache, and may meet
/// other numbers, which are thrown away.
Tensor conv(const char* where, const ConvShape& s, const Tensor& x, const Tensor& weight,
            const Tensor& bias, const ElementLoop* finish = nullptr);
/// dx: [batch, groups in, input].
Tensor conv_input(const char* where, const ConvShape& s, const Tensor& dy, const Tensor& weight);
/// dweight: [groups out, in, kernel]; parts of the batch are added in double.  dbias, if not null,
/// becomes the sums of dy for each of its channels, added up in double.
Tensor conv_weight(const char* where, const ConvShape& s, const Tensor& x, const Tensor& dy,
                   Tensor* dbias = nullptr);

/// Throws DtypeError, naming `where`, unless all have one dtype; bias may be undefined.
void require_conv_dtypes(const char* where, const Tensor& a, const Tensor& b,
                         const Tensor& bias = {});

}  // namespace gradus::core
