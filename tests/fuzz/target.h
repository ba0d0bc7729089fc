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

inline void check(bool claim) {
  if (!claim) {
    std::abort();
  }
}

/// Whether f() ended without an Error, whose message must be one line that is not long; other
/// exceptions pass through.
template <class F>
bool expect_result_or_error(const F& f) {
  try {
    f();
    return true;
  } catch (const Error& error) {
    constexpr std::size_t kLong = 4096;
    const std::string_view message = error.what();
    check(!message.empty() && message.size() <= kLong && printable(message) == message);
    return false;
  }
}

}  // namespace gradus::test
