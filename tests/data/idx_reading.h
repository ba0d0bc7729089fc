#pragma once
// What the tests of reading IDX data from memory share.
#include <gradus/data/idx.h>
#include <time.h>

#include "data/files.h"
#include "support/naive.h"

namespace gradus::test {

inline Tensor read(const Bytes& bytes, const data::IdxOptions& options = {}) {
  return data::read_idx_bytes(bytes.data(), bytes.size(), "data", options);
}

/// Expects a FileError "read_idx: data ..." for these bytes.
inline void expect_refused(const Bytes& bytes, const std::string& message,
                           const data::IdxOptions& options = {}) {
  expect_error<FileError>([&] { read(bytes, options); }, "read_idx: data " + message);
}

/// The processor time that work() takes on this thread, however busy the machine is.
template <class F>
double seconds_of(const F& work) {
  const auto now = [] {
    timespec time = {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const double start = now();
  work();
  return now() - start;
}

}  // namespace gradus::test
