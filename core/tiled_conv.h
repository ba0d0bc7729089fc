#pragma once
// Convolutions without unfolded images, in tiles of our own (core/tile.h).
//
// A tile holds six positions of y and 64 channels: for each tap it multiplies what six windows see,
// six single numbers that may stand anywhere in the image, with a row of the weight, which is
// packed once for the whole batch.  So nothing is unfolded or folded back: what is moved beside the
// tiles is y itself, which turns from [positions, channels] to [channels, positions].
//
// Limit: the multiply-adds.  docs/performance.md has what was measured; the plain twin is a sum
// over windows (tests/core/conv_test.cpp).
#include <gradus/core/conv_shape.h>
#include <gradus/core/elementwise.h>

namespace gradus::core {

/// False where core/tile.h has nothing for this processor, and for images too large for 32-bit
/// places.
bool runs_in_tiles(const ConvShape& s);

/// As conv of core/conv.h, on dense memory; bias and finish may be null.
template <class T>
void tiled_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
                const ElementLoop* finish, T* y);

/// shares: [count, groups out, taps], the sums of conv_weight over parts of the batch, to be added
/// up; bias_shares: [count, groups out], likewise of dy alone, or null.
template <class T>
void tiled_conv_weight(const ConvShape& s, const T* x, const T* dy, Index count, T* shares,
                       double* bias_shares);

/// The convolution that takes dy to dx, for stride 1 and padding within the window.
ConvShape turned_shape(const ConvShape& s);
/// As conv_input, where runs_in_tiles(turned_shape(s)).
template <class T>
void tiled_conv_input(const ConvShape& s, const T* dy, const T* weight, T* dx);

}  // namespace gradus::core
