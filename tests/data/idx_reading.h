#pragma once
// What the tests of reading IDX data from memory share.
#include <gradus/data/idx.h>

#include <chrono>

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

template <class F>
double seconds_of(const F& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace gradus::test
