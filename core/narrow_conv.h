#pragma once
// Convolutions of stride 1 to few channels, in tiles of our own (core/tile.h): where the channels
// do not fill a register or two, 64 positions of y do.
//
// Taps of one column of the window see the same image, rows further down.  So the image is laid out
// once for each column of the window, cut to the width of y, and the row of tap (i, j) is the copy
// of column j from its row i on.
#include <gradus/core/conv_shape.h>
#include <gradus/core/elementwise.h>

namespace gradus::core {

/// True where this is faster than the tiles of core/tiled_conv.h.
template <class T>
bool is_narrow(const ConvShape& s);

/// True where narrow_conv_weight() is faster than tiled_conv_weight().
template <class T>
bool has_few_channels(const ConvShape& s);

/// shares: [count, groups out, taps], the sums of conv_weight() over parts of the batch;
/// bias_shares: [count, groups out], likewise of dy alone, or null.  Positions run along registers:
/// a sum over them is split into as many as a register has lanes, 64 bytes whatever the processor
/// has.
template <class T>
void narrow_conv_weight(const ConvShape& s, const T* x, const T* dy, Index count, T* shares,
                        double* bias_shares);

/// As conv of core/conv.h, on dense memory; bias and finish may be null.
template <class T>
void narrow_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
                 const ElementLoop* finish, T* y);

}  // namespace gradus::core
