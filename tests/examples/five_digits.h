#pragma once
// MNIST's files, of five digits each: 0, 1, 2, 3, 4.
#include <string>

#include "support/temp_folder.h"

namespace gradus::test {

/// A file of images that are all alike, but for the last pixel.
inline std::string five_images(char rows = 28, char last_pixel = '\7') {
  std::string text("\0\0\x08\x03\0\0\0\5\0\0\0\0\0\0\0\x1c", 16);
  text[11] = rows;
  text += std::string(5 * static_cast<std::size_t>(rows) * 28, '\7');
  text.back() = last_pixel;
  return text;
}

inline std::string five_labels(char last = '\4') {
  std::string text("\0\0\x08\x01\0\0\0\5\0\1\2\3\4", 13);
  text.back() = last;
  return text;
}

inline void write_five_digits(const TempFolder& folder) {
  for (const std::string split : {"train", "t10k"}) {
    folder.write(split + "-images-idx3-ubyte", five_images());
    folder.write(split + "-labels-idx1-ubyte", five_labels());
  }
}

}  // namespace gradus::test
