#pragma once
// Convolutions of stride 1 of many small images, in tiles of our own (core/tile.h): a register
// holds the same place of as many images as it has lanes.
//
// A block of images is laid side by side once, and what they give turned back once.  Then each tap
// of a position is a row that stands where it is, positions fill registers whatever their number,
// and taps that see what is beyond an image are left out: of a window of 5 x 5 on 10 x 10, half of
// the multiply-adds of the gradient by the input, which sees the edge of dy from all sides.
//
// Limit: the multiply-adds, and two passes of turning.  docs/performance.md has what was gained;
// the plain twin is a sum over windows (tests/core/side_by_side_conv_test.cpp).
#include <gradus/core/conv_shape.h>
#include <gradus/core/elementwise.h>

namespace gradus::core {

/// True where this is faster than narrow_conv() of core/narrow_conv.h.  Both give the same bits,
/// unless a weight is infinite or NaN, which here meets no zero of the padding, or a sum is zero,
/// whose sign may differ.
template <class T>
bool is_faster_side_by_side(const ConvShape& s);

/// As conv of core/conv.h, on dense memory; bias and finish may be null.  For stride 1 and at most
/// 256 taps of a channel.  Threads share it by blocks of images: a register of them at least.
template <class T>
void side_by_side_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
                       const ElementLoop* finish, T* y);

}  // namespace gradus::core
