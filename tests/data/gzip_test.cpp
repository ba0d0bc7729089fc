#include <gradus/data/gzip.h>
#include <gradus/data/idx.h>
#include <gtest/gtest.h>

#include <set>

#include "data/idx_reading.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_refused;
using test::gzip_program;
using test::gzip_stored;
using test::idx_counting;
using test::idx_header;
using test::kGzipHeader;
using test::read;

std::vector<std::uint8_t> values_of(const Tensor& x) { return x.to_vector<std::uint8_t>(); }

// All bytes that come out, asked for in portions of that size.
Bytes gunzip(const Bytes& bytes, std::size_t portion) {
  MemorySource memory(bytes.data(), bytes.size());
  GunzipSource source(memory, "data");
  Bytes all;
  std::vector<char> part(portion);
  for (std::size_t got = portion; got == portion;) {
    got = source.read(part.data(), portion);
    all.append(part.data(), got);
  }
  return all;
}

Bytes sample_text(std::size_t size) {
  Bytes text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    text += std::to_string(i * i % 1013) + " ";
  }
  return text.substr(0, size);
}

TEST(Gunzip, passes_plain_bytes_through_in_portions_of_any_size) {
  const Bytes text = sample_text(200000);
  for (const std::size_t portion : {1u, 7u, 65535u, 65536u, 65537u, 300000u}) {
    EXPECT_EQ(gunzip(text, portion), text) << portion;
  }
  for (const Bytes& small : {Bytes(), Bytes("x"), Bytes("\x1f"), Bytes("\x1fx")}) {
    EXPECT_EQ(gunzip(small, 10), small);
  }
}

TEST(Gunzip, gives_the_bytes_back_in_portions_of_any_size) {
  const Bytes text = sample_text(200000);
  for (const std::size_t portion : {1u, 7u, 65535u, 65536u, 65537u, 300000u}) {
    EXPECT_EQ(gunzip(gzip_stored(text), portion), text) << portion;
  }
  EXPECT_EQ(gunzip(gzip_stored(""), 10), "");
}

TEST(Gunzip, reads_what_the_gzip_program_writes) {
  const Bytes text = sample_text(300000);
  for (const char* flags : {"-1", "-6", "-9"}) {
    const Bytes bytes = gzip_program(text, flags);
    if (bytes.empty()) {
      GTEST_SKIP() << "there is no gzip program";
    }
    EXPECT_LT(bytes.size(), text.size() / 2);
    EXPECT_EQ(gunzip(bytes, 100000), text);
  }
}

TEST(Gunzip, members_follow_each_other) {
  const Bytes text = sample_text(100);
  EXPECT_EQ(gunzip(gzip_stored(text) + gzip_stored("") + gzip_stored("abc"), 30), text + "abc");
  const Bytes idx = idx_counting({2, 3, 4});
  for (std::size_t cut = 0; cut <= idx.size(); ++cut) {
    EXPECT_EQ(values_of(read(gzip_stored(idx.substr(0, cut)) + gzip_stored(idx.substr(cut)))),
              values_of(read(idx)));
  }
}

// Read in pieces of 65,536 bytes: the next member begins a piece.
TEST(Gunzip, a_member_may_end_where_a_piece_of_the_file_does) {
  const Bytes rest = gzip_stored("abc").substr(10);
  const Bytes start = kGzipHeader.substr(0, 3) + '\x08' + kGzipHeader.substr(4);
  for (const std::size_t size : {65535u, 65536u, 65537u}) {
    const Bytes name(size - start.size() - rest.size() - 1, 'n');
    const Bytes first = start + name + '\0' + rest;
    ASSERT_EQ(first.size(), size);
    EXPECT_EQ(gunzip(first + gzip_stored("de"), 10), "abcde") << size;
    EXPECT_EQ(gunzip(first, 10), "abc") << size;
  }
}

TEST(Gunzip, every_field_of_a_header_is_skipped) {
  const Bytes idx = idx_counting({5});
  const Bytes rest = gzip_stored(idx).substr(10);
  const Bytes start = kGzipHeader.substr(0, 3);
  const Bytes times = kGzipHeader.substr(4);
  EXPECT_EQ(values_of(read(start + '\x08' + times + Bytes("name", 5) + rest)),
            values_of(read(idx)));
  EXPECT_EQ(values_of(read(start + '\x04' + times + Bytes("\x03\x00xyz", 5) + rest)),
            values_of(read(idx)));
  EXPECT_EQ(values_of(read(start + '\x10' + times + Bytes("comment", 8) + rest)),
            values_of(read(idx)));
  const Bytes checked = start + '\x02' + times;
  EXPECT_EQ(values_of(read(checked + test::little_endian(test::crc32(checked) & 0xffff, 2) + rest)),
            values_of(read(idx)));
  expect_refused(checked + "xy" + rest, "must be an undamaged gzip file, got header crc mismatch");
  // A name without end, on a file that ends soon and on one that does not.
  expect_refused(start + '\x08' + times + "name",
                 "must be a whole gzip file, got one that is cut short");
  expect_refused(start + '\x08' + times + Bytes(300000, 'n'),
                 "must be a whole gzip file, got one that is cut short");
}

TEST(Gunzip, damage_is_named) {
  const Bytes good = gzip_stored(idx_counting({2, 3, 4}));
  Bytes bytes = good;
  bytes[2] = 7;
  expect_refused(bytes, "must be an undamaged gzip file, got unknown compression method");
  bytes = good;
  bytes[3] = '\x40';
  expect_refused(bytes, "must be an undamaged gzip file, got unknown header flags set");
  bytes = good;
  bytes[10] = 7;
  expect_refused(bytes, "must be an undamaged gzip file, got invalid block type");
  bytes = good;
  bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);
  expect_refused(bytes, "must be an undamaged gzip file, got incorrect data check");
  bytes = good;
  bytes[bytes.size() - 4] = static_cast<char>(bytes[bytes.size() - 4] ^ 1);
  expect_refused(bytes, "must be an undamaged gzip file, got incorrect length check");
  expect_refused(good.substr(0, good.size() - 1),
                 "must be a whole gzip file, got one that is cut short");
  expect_refused(Bytes("\x1f\x8b", 2), "must be a whole gzip file, got one that is cut short");
}

// How many bytes come out in portions of that size before the error.
std::size_t bytes_before_the_error(const Bytes& bytes, std::size_t portion) {
  MemorySource memory(bytes.data(), bytes.size());
  GunzipSource source(memory, "data");
  std::vector<char> part(portion);
  for (std::size_t portions = 0;; ++portions) {
    try {
      source.read(part.data(), portion);
    } catch (const FileError&) {
      return portions * portion;
    }
  }
}

// zlib takes input whose output it gives later, where there is no room for it at once.
TEST(Gunzip, gives_as_much_of_a_cut_file_in_portions_of_any_size) {
  const Bytes good = gzip_program(Bytes(9000, 'p'), "-9");
  if (good.empty()) {
    GTEST_SKIP() << "there is no gzip program";
  }
  for (std::size_t size = 10; size < good.size() - 8; ++size) {
    const Bytes cut = good.substr(0, size);
    const std::size_t all = bytes_before_the_error(cut, 1);
    for (const std::size_t portion : {7u, 100u, 258u, 1000u}) {
      EXPECT_EQ(bytes_before_the_error(cut, portion), all / portion * portion) << size;
    }
  }
  EXPECT_GT(bytes_before_the_error(good.substr(0, good.size() - 9), 1), 8000U);
}

TEST(Gunzip, other_bytes_after_the_data_are_refused) {
  const Bytes good = gzip_stored(idx_counting({5}));
  expect_refused(good + "garbage", "must end with its gzip data, got other bytes after it");
  expect_refused(good + Bytes(1, '\0'), "must end with its gzip data, got other bytes after it");
  expect_refused(good + "\x1f", "must be a whole gzip file, got one that is cut short");
  expect_refused(good + "\x1fgarbage",
                 "must be an undamaged gzip file, got incorrect header check");
  expect_refused(good + good.substr(0, 12), "must be a whole gzip file, got one that is cut short");
}

TEST(Gunzip, a_size_other_than_declared_is_refused) {
  const Bytes idx = idx_counting({2, 3, 4});
  expect_refused(gzip_stored(idx.substr(0, 39)),
                 "must hold what its header declares: shape [2, 3, 4] declares 24 bytes of data, "
                 "file has 23");
  expect_refused(
      gzip_stored(idx + "x"),
      "must end with the data that its header declares: shape [2, 3, 4], got bytes after "
      "it");
  expect_refused(
      gzip_stored(idx) + gzip_stored("x"),
      "must end with the data that its header declares: shape [2, 3, 4], got bytes after "
      "it");
  expect_refused(gzip_stored(idx_header(0x0C, {9000}) + Bytes(35999, 'x')),
                 "must hold what its header declares: shape [9000] declares 36000 bytes of data, "
                 "file has 35999");
  expect_refused(gzip_stored(""), "must be an IDX file, got an empty one");
}

// A small file compressed in three ways: stored, and by the gzip program with its fixed code (few
// bytes) and its dynamic one.
std::vector<Bytes> small_files() {
  std::vector<Bytes> files = {gzip_stored(idx_counting({2, 3, 4}))};
  const std::vector<Bytes> compressed = {gzip_program(idx_counting({2, 3, 4}), "-9"),
                                         gzip_program(idx_counting({500}, 7), "-9"),
                                         gzip_program(idx_counting({1500}, 97), "-9")};
  for (const Bytes& file : compressed) {
    if (!file.empty()) {
      files.push_back(file);
    }
  }
  return files;
}

TEST(Gunzip, every_truncation_of_a_small_file_is_refused) {
  for (const Bytes& good : small_files()) {
    for (std::size_t size = 0; size < good.size(); ++size) {
      const std::vector<char> part(good.begin(), good.begin() + static_cast<Index>(size));
      EXPECT_THROW(read_idx_bytes(part.data(), part.size(), "data"), FileError) << size;
    }
  }
}

// Bits that mean nothing: the text flag, the time, the two hints of the header, and the fill before
// the checksum (before the sizes too where blocks are stored).  All others are protected.
TEST(Gunzip, every_bit_flip_of_a_small_file_is_refused_or_means_nothing) {
  for (const Bytes& good : small_files()) {
    const auto expected = values_of(read(good));
    std::set<std::size_t> meaningless;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
      Bytes bytes = good;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
      try {
        ASSERT_EQ(values_of(read(bytes)), expected) << bit;
        meaningless.insert(bit);
      } catch (const FileError&) {
        // Detected.
      }
    }
    std::size_t fill = 0;
    for (const std::size_t bit : meaningless) {
      const std::size_t at = bit / 8;
      const bool in_header = bit == 8 * 3 || (at >= 4 && at < 10);
      fill += in_header ? 0 : 1;
      EXPECT_TRUE(in_header || at == 10 || at == good.size() - 9) << bit;
    }
    EXPECT_EQ(meaningless.size() - fill, 49u);
    EXPECT_LE(fill, 7u);
  }
}

TEST(Gunzip, every_value_of_every_byte_around_the_data_is_refused_or_means_nothing) {
  constexpr std::size_t kHeader = 10;
  constexpr std::size_t kTrailer = 8;
  for (const Bytes& good : small_files()) {
    const auto expected = values_of(read(good));
    std::set<std::size_t> meaningless;
    for (std::size_t at = 0; at < good.size(); ++at) {
      if (at == kHeader) {
        at = good.size() - kTrailer;
      }
      for (int value = 0; value < 256; ++value) {
        Bytes bytes = good;
        bytes[at] = static_cast<char>(value);
        try {
          ASSERT_EQ(values_of(read(bytes)), expected) << at << " " << value;
          if (bytes != good) {
            meaningless.insert(at);
          }
        } catch (const FileError&) {
          EXPECT_NE(bytes, good);
        }
      }
    }
    // The flags (text alone), the time, the hints on compression and system.
    EXPECT_EQ(meaningless, (std::set<std::size_t>{3, 4, 5, 6, 7, 8, 9}));
  }
}

}  // namespace
}  // namespace gradus::data
