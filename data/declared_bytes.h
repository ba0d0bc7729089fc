#pragma once
// The size of an array as a file declares it, before anything is believed or allocated.
#include <gradus/core/shape.h>

#include <cstdint>

namespace gradus::data {

/// More bytes than 63 bits can count.
constexpr std::uint64_t kTooManyBytes = UINT64_MAX;

/// Bytes of an array of `shape`, whose sizes are at least 0, with `item_bytes` each, at least 1;
/// kTooManyBytes where 63 bits cannot count them.  A size of 0 makes the array empty, but does not
/// excuse the others.
std::uint64_t declared_bytes(const Shape& shape, Index item_bytes);

}  // namespace gradus::data
