// Damaged IDX data: every truncation, every flipped bit, changed headers.
#include <gradus/data/idx.h>
#include <gtest/gtest.h>

#include <random>

#include "data/idx_reading.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::idx_counting;
using test::idx_header;
using test::read;

TEST(Idx, every_truncation_of_a_small_file_is_refused) {
  for (const Bytes& good : {idx_counting({2, 3, 30}), idx_header(0x0D, {3}) + Bytes(12, 'x')}) {
    for (std::size_t size = 0; size < good.size(); ++size) {
      // A copy of exactly that size, so that sanitizers see a read past its end.
      const std::vector<char> part(good.begin(), good.begin() + static_cast<Index>(size));
      EXPECT_THROW(read_idx_bytes(part.data(), part.size(), "data"), FileError) << size;
    }
  }
}

TEST(Idx, every_bit_flip_of_a_small_file_is_refused_or_changes_its_own_element_alone) {
  const Bytes good = idx_counting({2, 3, 30});
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Bytes bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    if (bit / 8 >= 16) {
      EXPECT_EQ(read(bytes).to_vector<std::uint8_t>(),
                std::vector<std::uint8_t>(bytes.begin() + 16, bytes.end()));
    } else if (bytes[2] == 0x09) {
      EXPECT_EQ(read(bytes).dtype(), i64);  // the other type of one byte
    } else {
      EXPECT_THROW(read(bytes), FileError) << bit;
    }
  }
}

TEST(Idx, every_value_of_every_header_byte_is_refused_unless_it_fits) {
  const Bytes good = idx_counting({2, 3, 30});
  for (std::size_t at = 0; at < 16; ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes bytes = good;
      bytes[at] = static_cast<char>(value);
      if (bytes == good || bytes[2] == 0x09) {
        EXPECT_EQ(read(bytes).numel(), 180);
      } else {
        EXPECT_THROW(read(bytes), FileError) << at << " " << value;
      }
    }
  }
}

// Type, rank and sizes take boundary values, and the file's length is varied.  What must come out
// is computed in double, which is exact for what
// is small and cannot wrap.
TEST(Idx, a_changed_header_is_read_only_where_it_declares_the_size_of_the_file) {
  std::mt19937_64 random(11);
  const std::uint64_t boundaries[] = {
      0, 1, 2, 3, 4, 255, 256, 65535, 65536, 0x7fffffff, 8, 12, 0x80000000, 0xffffffff, 0x55555556};
  const int types[] = {0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E, 0x0A, 0x00, 0xff};
  const int widths[] = {1, 1, 2, 4, 4, 8, 0, 0, 0};
  int accepted = 0;
  for (int round = 0; round < 10000; ++round) {
    std::vector<std::uint64_t> sizes(1 + random() % 9);
    double n = 1;
    for (std::uint64_t& size : sizes) {
      size = random() % 3 == 0 ? boundaries[random() % 15] : 1 + random() % 3;
      n *= static_cast<double>(size);
    }
    const std::size_t kind = random() % 9;
    Bytes bytes = idx_header(types[kind], sizes);
    const double declared = n * widths[kind];
    const std::uint64_t body =
        declared < 5000 && random() % 4 ? static_cast<std::uint64_t>(declared) : random() % 300;
    bytes += Bytes(body, '\x07');
    // Impossible sizes beside a 0 are refused too, see above; they are left out of this count.
    const bool fits =
        widths[kind] > 0 && sizes.size() <= 8 && declared == static_cast<double>(body);
    if (fits && n > 0) {
      ++accepted;
      ASSERT_EQ(read(bytes).numel(), static_cast<Index>(n)) << round;
    } else if (!fits) {
      ASSERT_THROW(read(bytes), FileError) << round;
    }
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace gradus::data
