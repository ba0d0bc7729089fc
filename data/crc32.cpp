#include <gradus/data/crc32.h>
#include <zlib.h>

namespace gradus::data {

void Crc32::add(const void* bytes, std::size_t size) {
  if (size > 0) {  // zlib takes a null pointer for a new start
    value_ = static_cast<std::uint32_t>(::crc32_z(value_, static_cast<const Bytef*>(bytes), size));
  }
}

std::string Crc32::digits() const {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) {
    text += kDigits[value_ >> shift & 15];
  }
  return text;
}

}  // namespace gradus::data
