#pragma once
#include <gradus/core/dtype.h>
#include <gradus/core/shape.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gradus::test {

/// The bytes as a sequence of choices; zeros after their end.
class Choices {
 public:
  Choices(const std::uint8_t* bytes, std::size_t size) : next_(bytes), left_(size) {}
  bool ended() const { return left_ == 0; }
  int byte() {
    if (left_ == 0) {
      return 0;
    }
    --left_;
    return *next_++;
  }
  /// Small for the most part, also negative; sometimes at the ends of the range.
  Index index() {
    const int choice = byte();
    return choice == 255 ? INT64_MAX : choice == 254 ? INT64_MIN : choice % 11 - 3;
  }
  /// Of rank 0 to 4.  As large as can be only where there are no elements: else it is refused, so
  /// that none asks for memory that no system has.
  Shape shape() {
    Shape sizes;
    for (int left = byte() % 5; left > 0; --left) {
      const int choice = byte();
      sizes.push_back(choice == 255 ? kMaxElements : choice == 254 ? -1 : choice % 6);
    }
    const bool is_empty = std::find(sizes.begin(), sizes.end(), 0) != sizes.end();
    for (int d = 0; d < sizes.rank(); ++d) {
      sizes[d] += sizes[d] == kMaxElements && !is_empty ? 1 : 0;
    }
    return sizes;
  }
  Dtype dtype() {
    constexpr Dtype kDtypes[] = {f32, f32, f64, i64, u8};
    return kDtypes[byte() % 5];
  }

 private:
  const std::uint8_t* next_;
  std::size_t left_;
};

}  // namespace gradus::test
