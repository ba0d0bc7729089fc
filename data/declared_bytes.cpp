#include <gradus/data/declared_bytes.h>

#include <algorithm>

namespace gradus::data {

std::uint64_t declared_bytes(const Shape& shape, Index item_bytes) {
  Index bytes = item_bytes;
  bool empty = false;
  for (const Index size : shape) {
    if (__builtin_mul_overflow(bytes, std::max<Index>(size, 1), &bytes)) {
      return kTooManyBytes;
    }
    empty |= size == 0;
  }
  return empty ? 0 : static_cast<std::uint64_t>(bytes);
}

}  // namespace gradus::data
