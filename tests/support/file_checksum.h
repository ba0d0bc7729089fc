#pragma once
// The checksum of a safetensors file that was put together or changed by hand.
#include <zlib.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace gradus::test {

/// Puts the checksum of the file's bytes in its place, if it has a place for one.  Returns whether
/// it has.
inline bool set_checksum(std::string& file) {
  constexpr std::string_view kStart = "{\"__metadata__\":{\"gradus.crc32\":\"";
  constexpr std::size_t kPlace = 8 + kStart.size();
  if (file.size() < kPlace + 8 || file.compare(8, kStart.size(), kStart) != 0) {
    return false;
  }
  file.replace(kPlace, 8, "00000000");
  char digits[9];
  std::snprintf(
      digits, sizeof digits, "%08lx",
      ::crc32(0, reinterpret_cast<const Bytef*>(file.data()), static_cast<uInt>(file.size())));
  file.replace(kPlace, 8, digits);
  return true;
}

}  // namespace gradus::test
