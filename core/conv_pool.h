#pragma once
// A convolution that max pooling follows.  What the one hands to the other, y, is larger than all
// else that a training step moves, and so is its gradient, most of which are zeros.  Here both are
// made and used some channels of an image at a time, in the second-level cache.
//
// Limit: the multiply-adds of the convolution.  Against conv() and max_pool(), whose bits these are
// and which stand in where a convolution does not go image by image, a step of the larger
// convolutional network of benchmarks/peers is 1.05 to 1.08 times as fast (AMD EPYC, family 26).
#include <gradus/core/conv_shape.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/pool.h>

namespace gradus::core {

/// max_pool() of conv() with these arguments (core/conv.h, core/pool.h).
MaxPool conv_max_pool(const char* where, const ConvShape& s, const Tensor& x, const Tensor& weight,
                      const Tensor& bias, const ElementLoop* finish, const PoolAxes& axes);

/// conv_input() and conv_weight() of scatter_pool(dy, index, s.y_shape()).
Tensor conv_max_pool_input(const char* where, const ConvShape& s, const Tensor& dy,
                           const Tensor& index, const Tensor& weight);
Tensor conv_max_pool_weight(const char* where, const ConvShape& s, const Tensor& x,
                            const Tensor& dy, const Tensor& index, Tensor* dbias = nullptr);

}  // namespace gradus::core
