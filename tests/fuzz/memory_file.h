#pragma once
// A file without a disk, for what reads paths alone.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "fuzz/target.h"

namespace gradus::test {

/// The path of a file of these bytes, which is there until the next call.
inline std::string memory_file(const void* bytes, std::size_t size) {
  static const int descriptor = ::memfd_create("file", 0);
  check(::ftruncate(descriptor, static_cast<off_t>(size)) == 0);
  check(::pwrite(descriptor, bytes, size, 0) == static_cast<ssize_t>(size));
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace gradus::test
