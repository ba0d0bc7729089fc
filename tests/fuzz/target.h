#pragma once
// What the targets share.  A finding is what ends the process: a sanitizer's report, an exception
// that is no Error, or check() of something false.
#include <gradus/core/error.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// Called with each input, by libFuzzer or by replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace gradus::test {

/// Whether f() ended without an Error; other exceptions pass through.
template <class F>
bool expect_result_or_error(const F& f) {
  try {
    f();
    return true;
  } catch (const Error&) {
    return false;
  }
}

inline void check(bool claim) {
  if (!claim) {
    std::abort();
  }
}

}  // namespace gradus::test
