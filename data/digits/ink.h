#pragma once
// Ink: runs of the pen as grey levels, fitted and centred as MNIST does it:
// Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten digits.
// http://yann.lecun.com/exdb/mnist
#include <gradus/data/digits/hand.h>

#include <cstdint>
#include <vector>

namespace gradus::data::handwriting {

inline constexpr int kSide = 28;  ///< rows and columns of an image
inline constexpr int kBox = 20;   ///< rows and columns of the box that the digit fills

/// Writes kSide * kSide grey levels.  The runs, where the hand put them, are scaled so that what
/// the pen covers is kBox pixels long, drawn, and shifted by whole pixels until their centre of
/// mass is within half a pixel of pixel (14, 14), counted from 0.
void draw_ink(std::vector<Run> runs, const Hand& hand, Rng& rng, std::uint8_t* pixels);

}  // namespace gradus::data::handwriting
