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
#include <gradus/core/planes.h>

namespace gradus::core {

/// False where core/tile.h has nothing for this processor, and for images too large for 32-bit
/// places.
bool runs_in_tiles(const ConvShape& s);

/// Whether tiled_conv() of s, tiled_conv_input() whose turned_shape() is s, or tiled_conv_weight()
/// of s may make and take planes, where runs_in_tiles(s): they go image by image then.  Otherwise
/// all planes must be in memory.
template <class T>
bool goes_by_images(const ConvShape& s);
template <class T>
bool weight_goes_by_images(const ConvShape& s);

/// As conv of core/conv.h, on dense memory; bias and finish may be null.
template <class T>
void tiled_conv(const ConvShape& s, const PlanesIn<T>& x, const T* weight, const T* bias,
                const ElementLoop* finish, const PlanesOut<T>& y);

/// As conv_weight; dbias may be null.
template <class T>
void tiled_conv_weight(const ConvShape& s, const T* x, const PlanesIn<T>& dy, T* dweight, T* dbias);

/// The convolution that takes dy to dx, for stride 1 and padding within the window.
ConvShape turned_shape(const ConvShape& s);
/// As conv_input, where runs_in_tiles(turned_shape(s)).
template <class T>
void tiled_conv_input(const ConvShape& s, const PlanesIn<T>& dy, const T* weight, T* dx);

}  // namespace gradus::core
