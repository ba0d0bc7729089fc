#pragma once
// Images and their labels, as every image data set of the library hands them out.
#include <gradus/core/tensor.h>

namespace gradus::data {

struct LabelledImages {
  Tensor images;  ///< u8 [n, rows, columns], 0 is background and 255 full ink
  Tensor labels;  ///< i64 [n], labels[i] is the class of images[i]
};

}  // namespace gradus::data
