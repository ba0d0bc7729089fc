// gzip data from any bytes: what they hold, the same in portions of any size, or a FileError.
#include <gradus/data/gzip.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

// The first bytes, at most a MiB, asked for in portions; "" where the data are refused.
std::string gunzip(const std::string& bytes, std::size_t portion) {
  std::string all;
  const bool read = gradus::test::expect_result_or_error([&] {
    gradus::data::MemorySource memory(bytes.data(), bytes.size());
    gradus::data::GunzipSource source(memory, "data");
    std::vector<char> part(portion);
    for (std::size_t got = portion; got == portion && all.size() < 1 << 20;) {
      got = source.read(part.data(), portion);
      all.append(part.data(), got);
    }
  });
  return read && all.size() < 1 << 20 ? all : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // Always taken for gzip: what is not passes through.
  const std::string data = "\x1f\x8b\x08" + std::string(bytes, bytes + size);
  gradus::test::check(gunzip(data, 65536) == gunzip(data, 7));
  return 0;
}
