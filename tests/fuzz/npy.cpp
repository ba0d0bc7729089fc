// A .npy file from any bytes: an array of the numbers that the file ends with, which writing and
// reading give again, or a FileError.
#include <gradus/data/npy.h>

#include <cstring>
#include <string>

#include "fuzz/target.h"

namespace {

using namespace gradus;

/// Keeps what is written, wherever it should go.
class Kept : public data::FileCalls {
 public:
  std::string bytes;
  std::ptrdiff_t write(int, const void* from, std::size_t size) override {
    bytes.append(static_cast<const char*>(from), size);
    return static_cast<std::ptrdiff_t>(size);
  }
};

std::string npy_bytes(const Tensor& x) {
  Kept kept;
  data::write_npy("/dev/null", x, kept);
  return kept.bytes;
}

std::size_t data_bytes(const Tensor& x) {
  return static_cast<std::size_t>(x.numel() * item_size(x.dtype()));
}

// What the format says of a file that was taken.
void check_content(const Tensor& x, const std::uint8_t* bytes, std::size_t size) {
  const bool is_long = bytes[6] > 1;  // its header's length has four bytes
  std::size_t header = bytes[8] | std::size_t{bytes[9]} << 8;
  header += is_long ? std::size_t{bytes[10]} << 16 | std::size_t{bytes[11]} << 24 : 0;
  const std::size_t before = 8 + (is_long ? 4 : 2) + header;
  const std::size_t n = data_bytes(x);
  test::check(size == before + n);
  test::check(n == 0 || std::memcmp(x.address(), bytes + before, n) == 0);
}

void check_again(const Tensor& x) {
  const std::string file = npy_bytes(x);
  const Tensor again = data::read_npy_bytes(file.data(), file.size(), "again");
  test::check(again.shape() == x.shape() && again.dtype() == x.dtype());
  const std::size_t n = data_bytes(x);
  test::check(n == 0 || std::memcmp(again.address(), x.address(), n) == 0);
  test::check(npy_bytes(again) == file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Tensor x;
  if (test::expect_result_or_error([&] { x = data::read_npy_bytes(bytes, size, "data"); })) {
    check_content(x, bytes, size);
    check_again(x);
  }
  return 0;
}
