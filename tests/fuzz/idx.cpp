// IDX data, compressed or not, from any bytes: an array of the sizes and bytes that the file has,
// and the header says the same of it, or a FileError.
#include <gradus/data/idx.h>

#include <cstring>

#include "fuzz/memory_file.h"
#include "fuzz/target.h"

namespace {

using namespace gradus;

// What the format says of a file that was taken.
void check_content(const Tensor& x, const std::uint8_t* bytes, std::size_t size) {
  const std::size_t header = 4 + 4 * std::size_t{bytes[3]};
  test::check(x.rank() == bytes[3] && size >= header);
  for (int d = 0; d < x.rank(); ++d) {
    const std::uint8_t* const at = bytes + 4 + 4 * d;
    test::check(x.size(d) == (Index{at[0]} << 24 | at[1] << 16 | at[2] << 8 | at[3]));
  }
  constexpr std::size_t kWidths[] = {1, 1, 0, 2, 4, 4, 8};  // of the types from 0x08 on
  const auto n = static_cast<std::size_t>(x.numel());
  test::check(size == header + n * kWidths[bytes[2] - 0x08]);
  if (x.dtype() == u8 && n > 0) {
    test::check(std::memcmp(x.address(), bytes + header, n) == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  constexpr std::size_t kMost = 1 << 16;
  Tensor x;
  const bool is_read = test::expect_result_or_error([&] {
    x = data::read_idx_bytes(bytes, size, "data", {.max_bytes = kMost, .check_finite = true});
  });
  data::IdxHeader header = {};
  const bool has_header = test::expect_result_or_error(
      [&] { header = data::read_idx_header(test::memory_file(bytes, size)); });
  if (is_read) {
    test::check(static_cast<std::size_t>(x.numel() * item_size(x.dtype())) <= kMost);
    test::check(has_header && header.shape == x.shape() && header.dtype == x.dtype());
    if (bytes[0] == 0) {  // not compressed
      check_content(x, bytes, size);
    }
  }
  return 0;
}
