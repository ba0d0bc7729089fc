#include <gradus/core/memory.h>
#include <gradus/data/idx.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "data/idx_reading.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_refused;
using test::idx_counting;
using test::idx_header;
using test::read;
using test::seconds_of;

// --- what is read --------------------------------------------------------------------------------

TEST(Idx, bytes_come_as_they_are_in_row_major_order) {
  const Tensor x = read(idx_counting({2, 3, 4}));
  EXPECT_EQ(x.dtype(), u8);
  test::expect_same(x, test::build({2, 3, 4}, [](const test::Indices& at) {
                      return static_cast<double>(12 * at[0] + 4 * at[1] + at[2]);
                    }));
}

TEST(Idx, signed_bytes_become_exact_i64) {
  const Tensor x = read(idx_header(0x09, {4}) + Bytes("\x00\x7f\x80\xff", 4));
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 127, -128, -1}));
}

TEST(Idx, numbers_of_16_bits_become_exact_i64) {
  const Tensor x =
      read(idx_header(0x0B, {5}) + Bytes("\x00\x01\x01\x00\x7f\xff\x80\x00\xff\xfe", 10));
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 256, 32767, -32768, -2}));
}

TEST(Idx, numbers_of_32_bits_become_exact_i64) {
  const Tensor x =
      read(idx_header(0x0C, {2, 2}) +
           Bytes("\x01\x02\x03\x04\x7f\xff\xff\xff\x80\x00\x00\x00\xff\xff\xff\xff", 16));
  EXPECT_EQ(x.to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{16909060, 2147483647, -2147483648LL, -1}));
  EXPECT_EQ(x.shape(), (Shape{2, 2}));
}

// 1.5, -0, the smallest subnormal, the largest number, infinity, -infinity and a NaN with a
// payload.
TEST(Idx, floats_keep_all_their_bits) {
  const std::vector<std::uint32_t> bits = {0x3fc00000, 0x80000000, 1,         0x7f7fffff,
                                           0x7f800000, 0xff800000, 0x7fc12345};
  Bytes bytes = idx_header(0x0D, {bits.size()});
  for (const std::uint32_t word : bits) {
    bytes += test::big_endian(word, 4);
  }
  const Tensor x = read(bytes);
  ASSERT_EQ(x.dtype(), f32);
  const float* values = x.data<float>();
  EXPECT_EQ(values[0], 1.5f);
  EXPECT_EQ(values[4], INFINITY);
  EXPECT_TRUE(std::isnan(values[6]));
  for (std::size_t i = 0; i < bits.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(values[i]), bits[i]) << i;
  }
}

TEST(Idx, doubles_keep_all_their_bits) {
  const std::vector<std::uint64_t> bits = {0xc00921fb54442d18, 1, 0x7ff0000000000000,
                                           0x7ff8000000000abc, 0x8000000000000000};
  Bytes bytes = idx_header(0x0E, {bits.size()});
  for (const std::uint64_t word : bits) {
    bytes += test::big_endian(word, 8);
  }
  const Tensor x = read(bytes);
  ASSERT_EQ(x.dtype(), f64);
  EXPECT_EQ(x.data<double>()[0], -3.141592653589793);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(x.data<double>()[i]), bits[i]) << i;
  }
}

TEST(Idx, every_rank_to_8_is_read) {
  std::vector<std::uint64_t> sizes;
  for (int rank = 1; rank <= 8; ++rank) {
    sizes.push_back(rank % 3 == 0 ? 3 : 2);
    const Tensor x = read(idx_counting(sizes));
    EXPECT_EQ(x.rank(), rank);
    EXPECT_EQ(x.data<std::uint8_t>()[x.numel() - 1],
              static_cast<std::uint8_t>((x.numel() - 1) % 251));
  }
}

TEST(Idx, a_size_of_0_anywhere_gives_an_empty_tensor) {
  for (std::size_t d = 0; d < 3; ++d) {
    std::vector<std::uint64_t> sizes = {60000, 28, 28};
    sizes[d] = 0;
    const Tensor x = read(idx_header(0x08, sizes));
    EXPECT_EQ(x.numel(), 0);
    EXPECT_EQ(x.rank(), 3);
  }
  EXPECT_EQ(read(idx_header(0x0E, {0})).shape(), Shape{0});
}

// Random shapes and types; sizes around the block of 8192 elements that the reader works in.
TEST(Idx, random_files_come_back_exactly) {
  std::mt19937_64 random(7);
  const int types[] = {0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E};
  const int widths[] = {1, 1, 2, 4, 4, 8};
  for (int round = 0; round < 300; ++round) {
    const std::size_t kind = random() % 6;
    std::vector<std::uint64_t> sizes(1 + random() % 4);
    std::uint64_t n = 1;
    for (std::uint64_t& size : sizes) {
      size = round % 20 == 0 && &size == sizes.data() ? 8190 + random() % 5 : 1 + random() % 6;
      n *= size;
    }
    Bytes bytes = idx_header(types[kind], sizes);
    std::vector<std::uint64_t> words;
    for (std::uint64_t i = 0; i < n; ++i) {
      words.push_back(random() >> (64 - 8 * widths[kind]));
      bytes += test::big_endian(words.back(), widths[kind]);
    }
    const Tensor x = read(round % 2 ? bytes : test::gzip_stored(bytes));
    ASSERT_EQ(x.numel(), static_cast<Index>(n));
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t word = words[i];
      switch (types[kind]) {
        case 0x08:
          ASSERT_EQ(x.data<std::uint8_t>()[i], word);
          break;
        case 0x0D:
          ASSERT_EQ(std::bit_cast<std::uint32_t>(x.data<float>()[i]), word);
          break;
        case 0x0E:
          ASSERT_EQ(std::bit_cast<std::uint64_t>(x.data<double>()[i]), word);
          break;
        default: {
          // Two's complement by hand: the top bit counts negatively.
          const std::uint64_t top = std::uint64_t{1} << (8 * widths[kind] - 1);
          const auto value =
              static_cast<std::int64_t>(word & (top - 1)) - static_cast<std::int64_t>(word & top);
          ASSERT_EQ(x.data<std::int64_t>()[i], value);
        }
      }
    }
  }
}

TEST(Idx, infinities_and_nan_are_refused_where_asked) {
  const IdxOptions finite{.check_finite = true};
  const Bytes good = idx_header(0x0D, {2}) + test::big_endian(0x3f800000, 4);
  EXPECT_EQ(read(good + test::big_endian(0x7f7fffff, 4), finite).numel(), 2);
  expect_refused(good + test::big_endian(0x7f800000, 4),
                 "must hold finite numbers, got inf at element 1", finite);
  expect_refused(idx_header(0x0E, {1}) + test::big_endian(0x7ff8000000000000, 8),
                 "must hold finite numbers, got nan at element 0", finite);
  EXPECT_EQ(read(idx_counting({3}), finite).numel(), 3);
}

// --- headers that lie ----------------------------------------------------------------------------

TEST(Idx, too_few_bytes_for_a_header_are_named) {
  expect_refused("", "must be an IDX file, got an empty one");
  test::expect_error<FileError>([] { read_idx_bytes(nullptr, 0, "data"); },
                                "read_idx: data must be an IDX file, got an empty one");
  expect_refused(Bytes(3, '\0'), "must be an IDX file of at least 8 bytes, got 3");
  expect_refused(idx_header(0x08, {2, 3, 4}).substr(0, 15),
                 "must have a header of 16 bytes for rank 3, got 15 bytes");
}

TEST(Idx, what_does_not_begin_with_two_zeros_is_no_idx_file) {
  expect_refused("<html><body>404 Not Found</body></html>",
                 "must begin with two zero bytes, got 60 and 104; it is not an IDX file");
  Bytes bytes = idx_counting({2});
  bytes[1] = 1;
  expect_refused(bytes, "must begin with two zero bytes, got 0 and 1; it is not an IDX file");
}

TEST(Idx, all_250_unknown_types_are_refused) {
  int refused = 0;
  for (int type = 0; type < 256; ++type) {
    if ((type >= 0x08 && type <= 0x0E) && type != 0x0A) {
      continue;
    }
    char name[8];
    std::snprintf(name, sizeof name, "0x%02X", static_cast<unsigned>(type));
    expect_refused(idx_header(type, {2}) + Bytes(16, 'x'),
                   Bytes("must have element type 0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E, got unknown "
                         "type ") +
                       name);
    ++refused;
  }
  EXPECT_EQ(refused, 250);
}

TEST(Idx, ranks_outside_1_to_8_are_refused_before_their_sizes_are_looked_for) {
  for (int rank = 0; rank < 256; ++rank) {
    if (rank < 1 || rank > 8) {
      Bytes bytes = idx_header(0x08, {1});
      bytes[3] = static_cast<char>(rank);
      expect_refused(bytes, "must have rank 1 to 8, got rank " + std::to_string(rank));
    }
  }
}

TEST(Idx, sizes_must_agree_with_the_file) {
  const Bytes good = idx_counting({2, 3, 4});
  expect_refused(good.substr(0, 39),
                 "must be as large as its header says: shape [2, 3, 4] declares 40 bytes, file has "
                 "39; it is cut short");
  expect_refused(good + "x",
                 "must be as large as its header says: shape [2, 3, 4] declares 40 bytes, file has "
                 "41; it goes on after its data");
  expect_refused(
      idx_header(0x0E, {3}) + Bytes(16, 'x'),
      "must be as large as its header says: shape [3] declares 32 bytes, file has 24; it "
      "is cut short");
  expect_refused(idx_header(0x08, {0}) + "x",
                 "must be as large as its header says: shape [0] declares 8 bytes, file has 9; it "
                 "goes on after its data");
}

// Products that wrap in 32 bits, in 64 bits, and to small numbers.
TEST(Idx, huge_declarations_are_refused_at_once_and_without_memory) {
  const std::uint64_t top = 0xffffffff;
  const struct {
    std::vector<std::uint64_t> sizes;
    std::string message;
  } rows[] = {
      {{top},
       "must be as large as its header says: shape [4294967295] declares 4294967303 bytes, "
       "file has 12; it is cut short"},
      {{65536, 65536},
       "must be as large as its header says: shape [65536, 65536] declares "
       "4294967308 bytes, file has 16; it is cut short"},
      {{top, top, top},
       "must have a possible shape, got [4294967295, 4294967295, 4294967295], "
       "which declares more than 2^56 elements"},
      {{65536, 65536, 65536, 65536},
       "must have a possible shape, got [65536, 65536, 65536, 65536], "
       "which declares more than 2^56 elements"},
      {{0, top, top, top},
       "must have a possible shape, got [0, 4294967295, 4294967295, 4294967295], "
       "which declares more than 2^56 elements"},
  };
  for (const auto& row : rows) {
    const Bytes bytes = idx_header(0x08, row.sizes) + "abcd";
    release_cached_memory();
    const std::uint64_t before = memory_stats().system_allocations;
    EXPECT_LT(seconds_of([&] { expect_refused(bytes, row.message); }), 0.01);
    EXPECT_EQ(memory_stats().system_allocations, before);
  }
}

TEST(Idx, a_result_above_max_bytes_is_refused) {
  const IdxOptions cap{.max_bytes = 100};
  EXPECT_EQ(read(idx_counting({100}), cap).numel(), 100);
  expect_refused(idx_counting({101}),
                 "must need at most 100 bytes of memory, got shape [101] of u8, which needs 101; "
                 "set max_bytes to allow it",
                 cap);
  // Numbers of 16 bits take four times their place.
  expect_refused(
      idx_header(0x0B, {13}) + Bytes(26, 'x'),
      "must need at most 100 bytes of memory, got shape [13] of i64, which needs 104; set "
      "max_bytes to allow it",
      cap);
  EXPECT_EQ(IdxOptions{}.max_bytes, std::size_t{2147483648});
}

}  // namespace
}  // namespace gradus::data
