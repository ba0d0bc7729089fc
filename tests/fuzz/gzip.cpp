// gzip data from any bytes: what they hold, the same in portions of any size, or a FileError.  The
// first byte chooses the portions.
#include <gradus/data/gzip.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

using gradus::test::check;

constexpr std::size_t kMostBytes = 8192;  // of what comes out
constexpr std::size_t kMostPortions = 64;

enum class End { of_data, refused, limit };

struct Outcome {
  std::string bytes;
  End end = End::limit;
};

Outcome gunzip(const std::string& data, std::size_t portion) {
  Outcome outcome;
  const bool is_read = gradus::test::expect_result_or_error([&] {
    gradus::data::MemorySource memory(data.data(), data.size());
    gradus::data::GunzipSource source(memory, "data");
    for (std::size_t k = 0; k < kMostPortions && outcome.end != End::of_data; ++k) {
      std::vector<char> part(std::min(portion, kMostBytes - outcome.bytes.size()));
      const std::size_t got = source.read(part.data(), part.size());
      outcome.bytes.append(part.data(), got);
      outcome.end = got < part.size() ? End::of_data : End::limit;
      if (outcome.bytes.size() == kMostBytes) {
        break;
      }
    }
  });
  if (!is_read) {
    outcome.end = End::refused;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::size_t portion = size > 0 ? 1 + std::size_t{bytes[0]} : 1;
  // Always taken for gzip: what is not passes through.
  const std::string data = "\x1f\x8b\x08" + std::string(bytes + (size > 0), bytes + size);
  const Outcome whole = gunzip(data, kMostBytes);
  const Outcome parts = gunzip(data, portion);
  if (parts.end != End::limit) {
    check(parts.end == whole.end);
  }
  if (whole.end != End::refused) {
    check(whole.bytes.compare(0, parts.bytes.size(), parts.bytes) == 0);
    check(parts.end == End::limit || parts.bytes.size() == whole.bytes.size());
  }
  return 0;
}
