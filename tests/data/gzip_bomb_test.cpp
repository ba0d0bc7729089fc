// Small gzip files that stand for much: what reading them costs in time and memory.
#include <gradus/data/gzip.h>
#include <gradus/data/idx.h>
#include <gtest/gtest.h>

#include "data/idx_reading.h"
#include "support/peak_memory.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_refused;
using test::gzip_program;
using test::gzip_stored;
using test::idx_header;
using test::kGzipHeader;
using test::read;
using test::seconds_of;

// Sanitizers need memory of their own.
constexpr bool kNotCounted = test::kAddressSanitizer || test::kThreadSanitizer;
constexpr std::uint64_t kSlack = 16 << 20;

// What reading the bytes takes at most, in a process of its own; far too much unless they are read,
// or refused, as expected.
std::uint64_t peak_of_reading(const Bytes& bytes, bool loads, const IdxOptions& options = {}) {
  return test::peak_bytes_of_reading(loads, [&] { read(bytes, options); });
}

// Refuses within a second, with little memory.
void expect_refused_cheaply(const Bytes& bytes, const std::string& message,
                            const IdxOptions& options = {}) {
  EXPECT_LT(seconds_of([&] { expect_refused(bytes, message, options); }), 1);
  if (!kNotCounted) {
    EXPECT_LE(peak_of_reading(bytes, false, options), kSlack);
  }
}

TEST(GzipBomb, that_declares_little_stops_one_byte_after_it) {
  for (const std::uint64_t zeros : {std::uint64_t{1} << 20, std::uint64_t{1} << 30}) {
    const Bytes bytes = kGzipHeader + test::deflate_bomb(idx_header(0x08, {10, 28, 28}), zeros);
    expect_refused_cheaply(
        bytes,
        "must end with the data that its header declares: shape [10, 28, 28], got "
        "bytes after it");
  }
}

TEST(GzipBomb, is_refused_by_its_header_where_the_file_cannot_hold_what_it_declares) {
  const Bytes bytes = gzip_stored(idx_header(0x08, {1000, 1000, 1000}) + "x");
  expect_refused_cheaply(bytes,
                         "must be as large as its header says: shape [1000, 1000, 1000] declares "
                         "1000000016 bytes, file has 40 compressed ones, which cannot hold them");
}

TEST(GzipBomb, of_an_honest_size_is_refused_above_max_bytes) {
  const Bytes bytes =
      kGzipHeader + test::deflate_bomb(idx_header(0x08, {3, 1 << 30}), std::uint64_t{3} << 30);
  expect_refused_cheaply(
      bytes,
      "must need at most 2147483648 bytes of memory, got shape [3, 1073741824] of "
      "u8, which needs 3221225472; set max_bytes to allow it");
  const Bytes small = kGzipHeader + test::deflate_bomb(idx_header(0x08, {1 << 26}), 1 << 26);
  expect_refused_cheaply(small,
                         "must need at most 1048576 bytes of memory, got shape [67108864] of u8, "
                         "which needs 67108864; set max_bytes to allow it",
                         {.max_bytes = 1 << 20});
}

// 100 MB declared and possible, but only 10 MB there: what is not there costs no memory.
TEST(GzipBomb, that_ends_early_uses_memory_for_what_it_holds) {
  Bytes bytes = kGzipHeader + test::deflate_bomb(idx_header(0x08, {100'000'000}), 10'000'000);
  bytes += Bytes(50'000, '\x55');
  EXPECT_GT(bytes.size() * kMaxInflation, 100'000'000u);
  EXPECT_THROW(read(bytes), FileError);
  if (!kNotCounted) {
    const std::uint64_t peak = peak_of_reading(bytes, false);
    EXPECT_LE(peak, 10'000'000 + kSlack);
    EXPECT_GT(peak, 10'000'000u / 2) << "the measure sees nothing";
  }
}

TEST(GzipBomb, honest_data_of_64_MiB_load_within_twice_their_size) {
  const std::uint64_t n = 1 << 26;
  const Bytes idx = idx_header(0x08, {n}) + Bytes(n, 'x');
  const Bytes bytes = gzip_program(idx, "-1");
  if (bytes.empty()) {
    GTEST_SKIP() << "there is no gzip program";
  }
  const Tensor x = read(bytes);
  EXPECT_EQ(x.numel(), static_cast<Index>(n));
  EXPECT_EQ(x.data<std::uint8_t>()[n - 1], 'x');
  if (!kNotCounted) {
    const std::uint64_t peak = peak_of_reading(bytes, true);
    EXPECT_LE(peak, 2 * n + kSlack);
    EXPECT_GT(peak, n / 2) << "the measure sees nothing";
  }
}

}  // namespace
}  // namespace gradus::data
