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

/// As conv of core/conv.h, on dense memory; bias and finish may be null.
template <class T>
void narrow_conv(const ConvShape& s, const T* x, const T* weight, const T* bias,
                 const ElementLoop* finish, T* y);

}  // namespace gradus::core
