// IDX data, compressed or not, from any bytes: an array or a FileError.
#include <gradus/data/idx.h>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  gradus::test::expect_result_or_error([&] {
    gradus::data::read_idx_bytes(bytes, size, "data", {.max_bytes = 1 << 20, .check_finite = true});
  });
  return 0;
}
