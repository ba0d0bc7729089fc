#pragma once
// The size of an array as a file declares it, before anything is believed or allocated.
#include <gradus/core/shape.h>

#include <cstdint>

namespace gradus::data {

/// More than a tensor can have.
constexpr std::uint64_t kTooManyBytes = UINT64_MAX;

/// Bytes of an array of `shape`, whose sizes are at least 0, with `item_bytes` each, 1 to 64;
/// kTooManyBytes where the sizes above 0 multiply to more than kMaxElements.
std::uint64_t declared_bytes(const Shape& shape, Index item_bytes);

}  // namespace gradus::data
