#pragma once
// Augmentation: images a little moved, turned and bent, so that a network sees each of them
// otherwise in every epoch.
//
// Simard, Steinkraus, Platt: Best practices for convolutional neural networks applied to visual
//   document analysis. ICDAR 2003.  Elastic displacements are drawn here at the points of a coarse
//   grid, with smooth curves between, instead of at every pixel and blurred.
#include <gradus/core/random.h>

namespace gradus::data {

/// How far an image is changed at most; each change is uniform between - and +, all zero without.
struct Distortion {
  double shift = 0;       ///< in pixels, down and to the right, each
  double rotation = 0;    ///< in degrees
  double scale = 0;       ///< 0.1: from 0.9 to 1.1 times the size, height and width each
  double shear = 0;       ///< of a row, in rows' distances
  double elastic = 0;     ///< in pixels: displacement of the grid's points, across and down each
  int elastic_cells = 4;  ///< of the grid, on each side
  double background = 0;  ///< what is seen beyond the edge
};

/// Each image distorted in its own way, with linear interpolation between pixels.  images: f32
/// [n, height, width]; the result is new.  Depends on the images and the numbers of rng alone, not
/// on threads.  Throws ValueError for options that are not finite or negative, or without cells.
Tensor distort(const Tensor& images, const Distortion& distortion, Rng& rng);

}  // namespace gradus::data
