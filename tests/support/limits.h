#pragma once
// The ends of the numbers.
#include <cstdint>
#include <limits>

namespace gradus::test {

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr float kFloatInf = std::numeric_limits<float>::infinity();
inline constexpr float kFloatNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();

}  // namespace gradus::test
