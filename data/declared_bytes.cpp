#include <gradus/data/declared_bytes.h>

#include <algorithm>

namespace gradus::data {

std::uint64_t declared_bytes(const Shape& shape, Index item_bytes) {
  Index elements = 1;
  bool empty = false;
  for (const Index size : shape) {
    if (__builtin_mul_overflow(elements, std::max<Index>(size, 1), &elements) ||
        elements > kMaxElements) {
      return kTooManyBytes;
    }
    empty |= size == 0;
  }
  return empty ? 0 : static_cast<std::uint64_t>(elements * item_bytes);
}

}  // namespace gradus::data
